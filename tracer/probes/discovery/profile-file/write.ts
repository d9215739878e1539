// A profile as a file could give it: the starting point for one that says otherwise.
import { hex } from '../../../../text/index.js';
import type { DebugInfo } from '../../../symbols/index.js';
import type { KernelProfile } from '../profile.js';
import { roles } from '../roles.js';
import type { GivenProfile } from './keys.js';
import { nameOfPlace } from './places.js';

/** Everything that was found, in the form of a profile file; null for what was not. */
export function profileContent(
  debug: DebugInfo,
  { functions, freeList, referenceCounts, processes, imageEnd }: KernelProfile,
): GivenProfile {
  const place = (address: number): string => nameOfPlace(debug, address);
  return {
    functions: Object.fromEntries(roles.map((role) => [role, functions[role]?.name ?? null])),
    imageEnd: imageEnd === undefined ? null : place(imageEnd),
    freeList: freeList ? { heads: freeList.heads.map(place) } : null,
    referenceCounts: referenceCounts.map(
      ({ address, firstFrame, isPointer, elementBytes, stride, offset = 0, isSigned, count }) => ({
        ...{ at: place(address), isPointer, elementBytes, stride, offset, isSigned },
        ...(!isPointer && { count, firstFrame: hex(firstFrame) }),
      }),
    ),
    processes: processes ? processContent(processes, place) : null,
  };
}

function processContent(
  facts: NonNullable<KernelProfile['processes']>,
  place: (address: number) => string,
): NonNullable<GivenProfile['processes']> {
  const { table, stride, count, maker, offsets, nameBytes, states, current, currentStride, harts } = facts;
  return {
    ...(maker ? { maker: maker.name } : { table: place(table), count }),
    ...{ stride, offsets, nameBytes, states },
    ...{ current: place(current), currentStride, harts },
  };
}
