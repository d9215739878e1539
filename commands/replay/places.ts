// Where positions of a replayed run are looked for: its events, its violations, and the code of kernel and programs.
import { programCode, type MomentSource } from '../../tracer/moment/index.js';
import type { PositionSource } from '../../tracer/replay/index.js';
import type { JudgedRun } from './violations.js';

/** What `findPosition` is given. */
export function placesOf(moments: MomentSource, judged: JudgedRun): PositionSource {
  const { trace, replay } = moments;
  return { trace, replay, violations: judged.moments, program: (name) => programCode(moments, name) };
}
