// Numbers and bytes as the remote protocol spells them. Everything a client sends is checked: what is no number is a
// ProtocolError, which the client is told.

/** A packet that makes no sense, or cannot be served; the message goes to the client. */
export class ProtocolError extends Error {
  override name = 'ProtocolError';
}

/** The bytes a string stands for, two digits each. */
export function hexOfText(text: string): string {
  return Buffer.from(text, 'utf8').toString('hex');
}

/** The text that pairs of digits spell; digits that are none end it. */
export function textOfHex(digits: string): string {
  return Buffer.from(digits, 'hex').toString('utf8');
}

/** A value as the target's bytes are in memory: least significant first. */
export function hexOfWord(value: bigint, bytes: number): string {
  let digits = '';
  for (let index = 0; index < bytes; index++)
    digits += Number((value >> BigInt(8 * index)) & 0xffn)
      .toString(16)
      .padStart(2, '0');
  return digits;
}

/** A number in hexadecimal digits, most significant first, of up to 64 bits. */
export function wordOfHex(digits: string): bigint {
  if (!/^[0-9a-f]{1,16}$/i.test(digits)) throw new ProtocolError(`"${digits}" is no number in hexadecimal`);
  return BigInt(`0x${digits}`);
}

/** The same for counts and small numbers. */
export function countOfHex(digits: string): number {
  if (!/^[0-9a-f]{1,8}$/i.test(digits)) throw new ProtocolError(`"${digits}" is no count in hexadecimal`);
  return parseInt(digits, 16);
}

/** `ADDRESS,LENGTH`. */
export function rangeOfHex(text: string): { address: bigint; length: number } {
  const [address, length, ...rest] = text.split(',');
  if (length === undefined || rest.length > 0) throw new ProtocolError(`"${text}" is no ADDRESS,LENGTH`);
  return { address: wordOfHex(address), length: countOfHex(length) };
}
