// The judge of emulator/isa/float: runs one floating-point instruction of a real RISC-V implementation on operands
// read from standard input. Built static for riscv64 linux and run under QEMU's user mode, or on hardware.
//
//   oracle MNEMONIC <records >results
//
// A record is four little-endian u64: the rounding mode (as in frm), and the images of rs1, rs2 and rs3. A result
// is two: the image of rd, and fflags, which are clear before the instruction.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct record {
  uint64_t rounding, a, b, c;
};
struct result {
  uint64_t image, flags;
};

static double as_register(uint64_t image) {
  double value;
  memcpy(&value, &image, sizeof value);
  return value;
}

static uint64_t as_image(double value) {
  uint64_t image;
  memcpy(&image, &value, sizeof image);
  return image;
}

// The moves fld/fsd that surround each instruction copy 64 bits and raise nothing, so boxing is the caller's affair.
#define F_F(name, text)                                            \
  static uint64_t name(const struct record *r) {                   \
    double d;                                                      \
    __asm__ volatile(text " %0, %1" : "=f"(d) : "f"(as_register(r->a))); \
    return as_image(d);                                            \
  }
#define F_FF(name, text)                                           \
  static uint64_t name(const struct record *r) {                   \
    double d;                                                      \
    __asm__ volatile(text " %0, %1, %2"                            \
                     : "=f"(d)                                     \
                     : "f"(as_register(r->a)), "f"(as_register(r->b))); \
    return as_image(d);                                            \
  }
#define F_FFF(name, text)                                          \
  static uint64_t name(const struct record *r) {                   \
    double d;                                                      \
    __asm__ volatile(text " %0, %1, %2, %3"                        \
                     : "=f"(d)                                     \
                     : "f"(as_register(r->a)), "f"(as_register(r->b)), "f"(as_register(r->c))); \
    return as_image(d);                                            \
  }
#define X_F(name, text)                                            \
  static uint64_t name(const struct record *r) {                   \
    uint64_t x;                                                    \
    __asm__ volatile(text " %0, %1" : "=r"(x) : "f"(as_register(r->a))); \
    return x;                                                      \
  }
#define X_FF(name, text)                                           \
  static uint64_t name(const struct record *r) {                   \
    uint64_t x;                                                    \
    __asm__ volatile(text " %0, %1, %2"                            \
                     : "=r"(x)                                     \
                     : "f"(as_register(r->a)), "f"(as_register(r->b))); \
    return x;                                                      \
  }
#define F_X(name, text)                                            \
  static uint64_t name(const struct record *r) {                   \
    double d;                                                      \
    __asm__ volatile(text " %0, %1" : "=f"(d) : "r"(r->a));        \
    return as_image(d);                                            \
  }

// Shape, C name, mnemonic. Where no rounding mode is written the assembler encodes `dyn`: frm decides.
#define INSTRUCTIONS(I)                                                                                   \
  I(F_FF, add_s, "fadd.s") I(F_FF, add_d, "fadd.d") I(F_FF, sub_s, "fsub.s") I(F_FF, sub_d, "fsub.d")     \
  I(F_FF, mul_s, "fmul.s") I(F_FF, mul_d, "fmul.d") I(F_FF, div_s, "fdiv.s") I(F_FF, div_d, "fdiv.d")     \
  I(F_F, sqrt_s, "fsqrt.s") I(F_F, sqrt_d, "fsqrt.d")                                                     \
  I(F_FFF, madd_s, "fmadd.s") I(F_FFF, madd_d, "fmadd.d") I(F_FFF, msub_s, "fmsub.s")                     \
  I(F_FFF, msub_d, "fmsub.d") I(F_FFF, nmsub_s, "fnmsub.s") I(F_FFF, nmsub_d, "fnmsub.d")                 \
  I(F_FFF, nmadd_s, "fnmadd.s") I(F_FFF, nmadd_d, "fnmadd.d")                                             \
  I(F_FF, sgnj_s, "fsgnj.s") I(F_FF, sgnj_d, "fsgnj.d") I(F_FF, sgnjn_s, "fsgnjn.s")                      \
  I(F_FF, sgnjn_d, "fsgnjn.d") I(F_FF, sgnjx_s, "fsgnjx.s") I(F_FF, sgnjx_d, "fsgnjx.d")                  \
  I(F_FF, min_s, "fmin.s") I(F_FF, min_d, "fmin.d") I(F_FF, max_s, "fmax.s") I(F_FF, max_d, "fmax.d")     \
  I(X_FF, eq_s, "feq.s") I(X_FF, eq_d, "feq.d") I(X_FF, lt_s, "flt.s") I(X_FF, lt_d, "flt.d")             \
  I(X_FF, le_s, "fle.s") I(X_FF, le_d, "fle.d") I(X_F, class_s, "fclass.s") I(X_F, class_d, "fclass.d")   \
  I(X_F, w_s, "fcvt.w.s") I(X_F, w_d, "fcvt.w.d") I(X_F, wu_s, "fcvt.wu.s") I(X_F, wu_d, "fcvt.wu.d")     \
  I(X_F, l_s, "fcvt.l.s") I(X_F, l_d, "fcvt.l.d") I(X_F, lu_s, "fcvt.lu.s") I(X_F, lu_d, "fcvt.lu.d")     \
  I(F_X, s_w, "fcvt.s.w") I(F_X, d_w, "fcvt.d.w") I(F_X, s_wu, "fcvt.s.wu") I(F_X, d_wu, "fcvt.d.wu")     \
  I(F_X, s_l, "fcvt.s.l") I(F_X, d_l, "fcvt.d.l") I(F_X, s_lu, "fcvt.s.lu") I(F_X, d_lu, "fcvt.d.lu")     \
  I(F_F, s_d, "fcvt.s.d") I(F_F, d_s, "fcvt.d.s") I(X_F, x_w, "fmv.x.w") I(X_F, x_d, "fmv.x.d")           \
  I(F_X, w_x, "fmv.w.x") I(F_X, d_x, "fmv.d.x")

#define DEFINE(kind, name, text) kind(name, text)
INSTRUCTIONS(DEFINE)

#define LIST(kind, name, text) {text, name},
static const struct {
  const char *mnemonic;
  uint64_t (*run)(const struct record *);
} instructions[] = {INSTRUCTIONS(LIST)};

static void judge(uint64_t (*run)(const struct record *)) {
  static struct record records[1024];
  static struct result results[1024];
  size_t count;
  while ((count = fread(records, sizeof records[0], 1024, stdin)) > 0) {
    for (size_t i = 0; i < count; i++) {
      __asm__ volatile("fscsr %0" : : "r"(records[i].rounding << 5) : "memory");
      results[i].image = run(&records[i]);
      __asm__ volatile("frflags %0" : "=r"(results[i].flags) : : "memory");
    }
    fwrite(results, sizeof results[0], count, stdout);
  }
}

int main(int argc, char **argv) {
  for (size_t i = 0; argc == 2 && i < sizeof instructions / sizeof instructions[0]; i++) {
    if (strcmp(argv[1], instructions[i].mnemonic) != 0) continue;
    judge(instructions[i].run);
    return 0;
  }
  fprintf(stderr, "usage: oracle MNEMONIC <records >results\n");
  return 2;
}
