// Text for people and their terminals, as every part writes it.
export { choiceInstead, didYouMean } from './closest-word.js';
export { escapeText, printable } from './escape.js';
export { hex } from './hexadecimal.js';
export { jsonDocument, printableJson } from './json.js';
export { paint, wantsColour, type Colour } from './colour.js';
export { processWords } from './process-words.js';
export { formatCount, formatSize } from './quantities.js';
export { pageWidth, wrapText } from './wrap.js';
