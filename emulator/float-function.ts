// Floating-point arithmetic as generated code calls it: the flags of an operation go into a control word.
import { floatOperation, floatOperationIds, lastFlags } from './isa/float/index.js';
import { control } from './memory-layout.js';

/** (operation | 0x100 for doubles, rounding mode, a, b, c): the result; see `control.floatFlags`. */
export function floatFunction(controls: DataView) {
  return (operation: number, rounding: number, a: bigint, b: bigint, c: bigint): bigint => {
    const format = operation & 0x100 ? 'd' : 's';
    const result = floatOperation(floatOperationIds[operation & 0xff], format, rounding, a, b, c);
    controls.setInt32(control.floatFlags, lastFlags(), true);
    return result;
  };
}
