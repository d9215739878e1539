// Forms of JSON documents: one description from which come the check, the type and the JSON schema.
import { UsageError } from '../../../../errors.js';

interface Described {
  /** A sentence for the schema. */
  readonly about: string;
  /** null may stand for it: there is none. */
  readonly nullable?: true;
}

/** A value that is no list and no object. */
interface PlainForm extends Described {
  readonly kind: 'place' | 'function' | 'integer' | 'boolean';
}

/** What a value in the document must look like. */
export type Form =
  | PlainForm
  | (Described & { readonly kind: 'list'; readonly of: Form })
  | (Described & { readonly kind: 'object'; readonly keys: Readonly<Record<string, Form>> });

interface Plain {
  place: string;
  function: string;
  integer: number;
  boolean: boolean;
}

/** What a document of the form holds; every key may be left out. */
export type Read<F> =
  | (F extends { readonly nullable: true } ? null : never)
  | (F extends { readonly kind: 'object'; readonly keys: infer K }
      ? { readonly [P in keyof K]?: Read<K[P]> }
      : F extends { readonly kind: 'list'; readonly of: infer O }
        ? readonly Read<O>[]
        : F extends { readonly kind: infer K extends keyof Plain }
          ? Plain[K]
          : never);

/** JSON schema and words for plain values. */
const plain = {
  place: { words: 'an address such as "kmem.freelist" or "0x80001000"', schema: { type: 'string' } },
  function: { words: 'the name of a function', schema: { type: 'string' } },
  integer: { words: 'a whole number, 0 or more', schema: { type: 'integer', minimum: 0 } },
  boolean: { words: 'true or false', schema: { type: 'boolean' } },
} as const;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @throws UsageError that names the file and the place in it where the value is not of the form. */
export function checkForm(form: Form, value: unknown, file: string, path = ''): void {
  const here = path === '' ? file : `${file}: ${path}`;
  if (value === null && form.nullable) return;
  if (form.kind === 'list') {
    if (!Array.isArray(value)) throw new UsageError(`${here} must be a list`);
    value.forEach((each, index) => checkForm(form.of, each, file, `${path}[${index}]`));
    return;
  }
  if (form.kind === 'object') {
    if (!isObject(value)) throw new UsageError(`${here} must be an object in braces`);
    for (const [key, each] of Object.entries(value)) {
      if (!Object.hasOwn(form.keys, key))
        throw new UsageError(
          `${here} has the unknown key "${key}"; the keys are ${Object.keys(form.keys).join(', ')}`,
        );
      checkForm(form.keys[key], each, file, path === '' ? key : `${path}.${key}`);
    }
    return;
  }
  if (!isPlain(form.kind, value))
    throw new UsageError(`${here} must be ${plain[form.kind].words}${form.nullable ? ', or null' : ''}`);
}

function isPlain(kind: PlainForm['kind'], value: unknown): boolean {
  if (kind === 'boolean') return typeof value === 'boolean';
  if (kind === 'integer') return Number.isSafeInteger(value) && (value as number) >= 0;
  return typeof value === 'string';
}

/** The form as a JSON schema (draft 2020-12), without its head. */
export function jsonSchema(form: Form): Record<string, unknown> {
  const { about: description } = form;
  const schema = shapeOf(form);
  return { description, ...(form.nullable ? { anyOf: [schema, { type: 'null' }] } : schema) };
}

function shapeOf(form: Form): Record<string, unknown> {
  if (form.kind === 'list') return { type: 'array', items: jsonSchema(form.of) };
  if (form.kind !== 'object') return plain[form.kind].schema;
  const properties = Object.fromEntries(Object.entries(form.keys).map(([key, of]) => [key, jsonSchema(of)]));
  return { type: 'object', additionalProperties: false, properties };
}
