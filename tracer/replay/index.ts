// The face of replay: a recorded run, executed again and gone through in both directions.
export { Replayer, type ReplayedKernel, type ReplayOptions } from './replayer.js';
export {
  codePlaceOf,
  findPosition,
  type CodeSource,
  type Position,
  type PositionSource,
  type ViolationMoment,
} from './positions.js';
export { parsePosition, type NamedMoment, type PositionText } from './position-text.js';
export { functionPlace, linePlace, type CodeOf, type CodePlace } from './code-place.js';
export { goToLastArrival, goToNextArrival, type OnWay } from './arrivals.js';
export { RecordedConsole } from './recorded-console.js';
export { verify, type Divergence, type Verification, type VerifyOptions } from './verify.js';
