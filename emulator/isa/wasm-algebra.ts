// The algebra of instruction semantics over WebAssembly expressions: the back end that interpreter and JIT share.
// Operands are evaluated more than once, so they must be cheap: locals, constants, or loads.
import type { ModuleBuilder } from '../wasm/module-builder.js';
import { call, i64, type FunctionReference, type I32, type I64 } from '../wasm/expression.js';
import type { Algebra } from './algebra.js';

/** Functions the algebra calls for 128-bit products. */
export interface ProductFunctions {
  readonly mulHighU: FunctionReference<'i64'>;
}

/** Adds the product functions to a module. */
export function declareProducts(module: ModuleBuilder): ProductFunctions {
  const mulHighU = module.function(['i64', 'i64'], 'i64', (f) => {
    const low = (x: I64): I64 => i64.and(x, i64.const(0xffffffffn));
    const high = (x: I64): I64 => i64.shrU(x, i64.const(32n));
    const [a, b] = [f.parameter('i64', 0), f.parameter('i64', 1)];
    const lowLow = f.local('i64', i64.mul(low(a), low(b)));
    const middle = f.local('i64', i64.add(i64.mul(high(a), low(b)), high(lowLow)));
    const other = f.local('i64', i64.add(i64.mul(low(a), high(b)), low(middle)));
    f.return(i64.add(i64.add(i64.mul(high(a), high(b)), high(middle)), high(other)));
  });
  return { mulHighU };
}

const signMask = (x: I64): I64 => i64.shrS(x, i64.const(63n));

export function wasmAlgebra(products: ProductFunctions): Algebra<I64, I32> {
  const mulHighU = (a: I64, b: I64): I64 => call(products.mulHighU, a, b);
  // A negative factor counts as itself plus 2^64, which adds the other factor to the high half: taken off again.
  const mulHighSU = (a: I64, b: I64): I64 => i64.sub(mulHighU(a, b), i64.and(signMask(a), b));
  return {
    imm: i64.const,
    add: i64.add,
    sub: i64.sub,
    mul: i64.mul,
    mulHighU,
    mulHighSU,
    mulHighS: (a, b) => i64.sub(mulHighSU(a, b), i64.and(signMask(b), a)),
    divU: i64.divU,
    divS: i64.divS,
    remU: i64.remU,
    remS: i64.remS,
    and: i64.and,
    or: i64.or,
    xor: i64.xor,
    shl: i64.shl,
    shrU: i64.shrU,
    shrS: i64.shrS,
    sext8: i64.extend8S,
    sext16: i64.extend16S,
    sext32: i64.extend32S,
    zext8: (a) => i64.and(a, i64.const(0xffn)),
    zext16: (a) => i64.and(a, i64.const(0xffffn)),
    zext32: (a) => i64.and(a, i64.const(0xffffffffn)),
    eq: i64.eq,
    ne: i64.ne,
    ltS: i64.ltS,
    ltU: i64.ltU,
    geS: i64.geS,
    geU: i64.geU,
    fromCondition: i64.extendU,
    select: i64.select,
  };
}
