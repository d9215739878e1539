// A profile file, from its text to facts in place of those that would be found.
import { UsageError } from '../../../../errors.js';
import { hex } from '../../../../text/index.js';
import type { DebugInfo } from '../../../symbols/index.js';
import type { Found } from '../finding.js';
import type { FreeListFacts } from '../free-list-facts.js';
import type { ProcessFacts } from '../process-facts.js';
import { expectedFirstFrame, type ReferenceCountFacts } from '../reference-count-facts.js';
import { functionNamed, roles, type FoundRole, type Role, type RoleFunction } from '../roles.js';
import { checkForm } from './form.js';
import { profileForm, type GivenProfile } from './keys.js';
import { placeNamed } from './places.js';

/** A profile file: its text, and what to call it in messages. */
export interface ProfileFile {
  readonly text: string;
  readonly path: string;
}

/** @throws UsageError when it is no JSON or has what a profile does not. */
function contentOf({ text, path }: ProfileFile): GivenProfile {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${path} is no JSON: ${(error as Error).message}`);
  }
  checkForm(profileForm, content, path);
  return content as GivenProfile;
}

const why = 'the profile file says so';

function foundAt(where: string): Found {
  return { where, sureness: 'certain', why };
}

/** What a profile file says of one kernel. Undefined: nothing; null: there is none. */
export class GivenFacts {
  private readonly content: GivenProfile;
  private readonly path: string;

  constructor(
    private readonly debug: DebugInfo,
    file: ProfileFile | undefined,
  ) {
    this.content = file ? contentOf(file) : {};
    this.path = file?.path ?? '';
  }

  /** Functions that the file names, and null for roles that nothing plays. */
  functions(): Partial<Record<Role, FoundRole | null>> {
    const given: Partial<Record<Role, FoundRole | null>> = {};
    for (const role of roles) {
      const name = this.content.functions?.[role];
      if (name === undefined) continue;
      given[role] =
        name === null ? null : { found: this.function(name, `functions.${role}`), sureness: 'certain', why };
    }
    return given;
  }

  imageEnd(): number | null | undefined {
    const { imageEnd } = this.content;
    return typeof imageEnd === 'string' ? this.place(imageEnd, 'imageEnd') : imageEnd;
  }

  freeList(): FreeListFacts | null | undefined {
    const { freeList } = this.content;
    if (!freeList) return freeList;
    const names = freeList.heads ?? [];
    if (names.length === 0) throw new UsageError(`${this.path}: freeList.heads must name a place`);
    const heads = names.map((name, index) => this.word(name, `freeList.heads[${index}]`));
    return {
      heads,
      finding: foundAt(names.map((name, index) => `${name} at ${hex(heads[index])}`).join(', ')),
    };
  }

  /** @param found what would be taken without the file: an entry for the same place is completed from it */
  referenceCounts(found: readonly ReferenceCountFacts[]): readonly ReferenceCountFacts[] {
    const { referenceCounts } = this.content;
    if (referenceCounts === undefined) return found;
    return (referenceCounts ?? []).map((given, index) =>
      this.counts(given, `referenceCounts[${index}]`, found),
    );
  }

  private counts(
    { at, firstFrame, ...given }: NonNullable<GivenProfile['referenceCounts']>[number],
    where: string,
    all: readonly ReferenceCountFacts[],
  ): ReferenceCountFacts {
    if (at === undefined) throw new UsageError(`${this.path}: ${where} lacks "at"`);
    const address = this.place(at, `${where}.at`);
    const known = all.find((facts) => facts.address === address);
    const isPointer = given.isPointer ?? known?.isPointer ?? false;
    const elementBytes = given.elementBytes ?? known?.elementBytes ?? 0;
    const stride = given.stride ?? known?.stride ?? elementBytes;
    const count = isPointer ? 0 : (given.count ?? known?.count ?? 0);
    const first =
      firstFrame === undefined ? known?.firstFrame : this.place(firstFrame, `${where}.firstFrame`);
    if (![1, 2, 4, 8].includes(elementBytes) || stride < elementBytes || (!isPointer && count === 0))
      throw new UsageError(
        `${this.path}: ${where} must have elementBytes of 1, 2, 4 or 8, a stride that is no less, and a count unless it is a pointer`,
      );
    return {
      ...{ name: at, address, isPointer, elementBytes, stride, count },
      offset: given.offset ?? known?.offset ?? 0,
      isSigned: given.isSigned ?? known?.isSigned ?? false,
      firstFrame: first ?? expectedFirstFrame(count),
      isNamedSo: true,
      codeUse: known?.codeUse ?? 'none',
      finding: foundAt(
        `${at} at ${hex(address)}, ${isPointer ? 'a pointer to' : count} elements of ${elementBytes} bytes`,
      ),
    };
  }

  /** @param found what would be taken without the file: what the file leaves out stays as it is there */
  processes(found: ProcessFacts | undefined): ProcessFacts | null | undefined {
    const { processes } = this.content;
    if (!processes) return processes === null ? null : found;
    const { table, current, offsets, states, maker, ...plain } = processes;
    const merged = {
      ...found,
      nameBytes: found?.nameBytes ?? 0,
      ...plain,
      ...(maker !== undefined && { table: 0, count: 0, maker: this.function(maker, 'processes.maker') }),
      ...(table !== undefined && { table: this.word(table, 'processes.table'), maker: undefined }),
      ...(current !== undefined && { current: this.word(current, 'processes.current') }),
      offsets: { ...found?.offsets, ...offsets },
      states: { ...found?.states, ...states },
    };
    const where = merged.maker
      ? `as ${merged.maker.name} returns them`
      : `table at ${hex(merged.table ?? 0)}`;
    const finding = { what: 'processes', ...foundAt(where) };
    const facts = { ...merged, findings: [finding] };
    if (!isWhole(facts))
      throw new UsageError(
        `${this.path}: processes is not whole: without what is found by itself it needs table, stride, count, current, ` +
          'currentStride, harts, offsets.pid, offsets.state, offsets.pagetable and the five states',
      );
    return facts;
  }

  private function(name: string, key: string): RoleFunction {
    const found = functionNamed(this.debug, name);
    if (!found) throw new UsageError(`${this.path}: ${key}: the kernel has no function "${name}"`);
    return found;
  }

  private place(text: string, key: string): number {
    return placeNamed(this.debug, text, `${this.path}: ${key}`);
  }

  /** A place that holds a pointer. */
  private word(text: string, key: string): number {
    const address = this.place(text, key);
    const end = this.debug.symbols.variable('end')?.address;
    if (address % 8 !== 0 || (end !== undefined && address >= Number(end)))
      throw new UsageError(`${this.path}: ${key}: ${hex(address)} is no aligned word of the kernel's image`);
    return address;
  }
}

const needed = ['table', 'stride', 'count', 'current', 'currentStride', 'harts'] as const;
const offsetsNeeded = ['pid', 'state', 'pagetable'] as const;
const statesNeeded = ['unused', 'sleeping', 'runnable', 'running', 'zombie'] as const;

function isWhole(facts: { [K in keyof ProcessFacts]?: Partial<ProcessFacts[K]> }): facts is ProcessFacts {
  const { offsets, states } = facts;
  return (
    needed.every((key) => facts[key] !== undefined) &&
    offsetsNeeded.every((key) => offsets?.[key] !== undefined) &&
    statesNeeded.every((key) => states?.[key] !== undefined)
  );
}
