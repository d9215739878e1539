// Plain objects of typed arrays compared, as deep equality does it for a few numbers but not for a million.

/** Where two values differ: paths of members; none when they are equal. Arrays are compared byte by byte. */
export function differingParts(one: unknown, other: unknown, path = ''): string[] {
  if (ArrayBuffer.isView(one) && ArrayBuffer.isView(other))
    return bytesOf(one).equals(bytesOf(other)) ? [] : [path];
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return Object.is(one, other) ? [] : [path];
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  const [left, right] = [one, other] as Record<string, unknown>[];
  return [...names].flatMap((name) => differingParts(left[name], right[name], `${path}.${name}`));
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}
