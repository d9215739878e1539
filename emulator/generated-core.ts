// The bytes of the machine's generated module, in base64: a build writes them into the compiled form of this file,
// since generating them takes a tenth of the time a kernel takes to boot. In the sources there are none.

export const generatedCore: string | undefined = undefined;
