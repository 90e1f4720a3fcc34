#include "textflag.h"

// func countsAVX2(sums *int16, digits, plus, minus *byte, groups int, tables *[256][16]byte)
//
// Y0–Y7 hold sums of bytes, of no more than 10 groups: 10·12 < 128.
TEXT ·countsAVX2(SB), NOSPLIT, $0-48
	MOVQ sums+0(FP), DI
	MOVQ digits+8(FP), SI
	MOVQ plus+16(FP), R8
	MOVQ minus+24(FP), R9
	MOVQ groups+32(FP), CX
	MOVQ tables+40(FP), R10

chunk:
	MOVQ  $10, DX
	CMPQ  CX, DX
	CMOVQLT CX, DX
	SUBQ  DX, CX
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3
	VPXOR Y4, Y4, Y4
	VPXOR Y5, Y5, Y5
	VPXOR Y6, Y6, Y6
	VPXOR Y7, Y7, Y7

group:
	MOVBLZX        (R8), AX
	MOVBLZX        (R9), BX
	SHLL           $4, AX
	SHLL           $4, BX
	VBROADCASTI128 (R10)(AX*1), Y8
	VBROADCASTI128 (R10)(BX*1), Y9
	VPSUBB         Y9, Y8, Y8
	VPSHUFB        (SI), Y8, Y9
	VPSHUFB        32(SI), Y8, Y10
	VPSHUFB        64(SI), Y8, Y11
	VPSHUFB        96(SI), Y8, Y12
	VPADDB         Y9, Y0, Y0
	VPADDB         Y10, Y1, Y1
	VPADDB         Y11, Y2, Y2
	VPADDB         Y12, Y3, Y3
	VPSHUFB        128(SI), Y8, Y9
	VPSHUFB        160(SI), Y8, Y10
	VPSHUFB        192(SI), Y8, Y11
	VPSHUFB        224(SI), Y8, Y12
	VPADDB         Y9, Y4, Y4
	VPADDB         Y10, Y5, Y5
	VPADDB         Y11, Y6, Y6
	VPADDB         Y12, Y7, Y7
	ADDQ           $256, SI
	INCQ           R8
	INCQ           R9
	DECQ           DX
	JNZ            group

#define WIDEN(Y, at) \
	VPSLLW  $8, Y, Y8; \
	VPSRAW  $8, Y, Y9; \
	VPSRAW  $8, Y8, Y8; \
	VPADDW  at(DI), Y8, Y8; \
	VPADDW  (at+32)(DI), Y9, Y9; \
	VMOVDQU Y8, at(DI); \
	VMOVDQU Y9, (at+32)(DI)

	WIDEN(Y0, 0)
	WIDEN(Y1, 64)
	WIDEN(Y2, 128)
	WIDEN(Y3, 192)
	WIDEN(Y4, 256)
	WIDEN(Y5, 320)
	WIDEN(Y6, 384)
	WIDEN(Y7, 448)
	TESTQ CX, CX
	JNZ   chunk
	VZEROUPPER
	RET

// A pair of rows of 16 columns: as they are, or of bytes.
#define WORDS \
	VMOVDQU (DX), Y8; \
	VMOVDQU 32(DX), Y9; \
	ADDQ    $64, DX

#define BYTES \
	VPMOVSXBW (DX), Y8; \
	VPMOVSXBW 16(DX), Y9; \
	ADDQ      $32, DX

#define DOT(X, A, B) \
	VPMADDWD Y8, X, Y14; \
	VPMADDWD Y9, X, Y15; \
	VPADDD   Y14, A, A; \
	VPADDD   Y15, B, B

#define START4 \
	SHLQ  $2, R8; \
	SHLQ  $1, R9; \
	LEAQ  (SI)(R9*2), R10; \
	VPXOR Y0, Y0, Y0; \
	VPXOR Y1, Y1, Y1; \
	VPXOR Y2, Y2, Y2; \
	VPXOR Y3, Y3, Y3; \
	VPXOR Y4, Y4, Y4; \
	VPXOR Y5, Y5, Y5; \
	VPXOR Y6, Y6, Y6; \
	VPXOR Y7, Y7, Y7

#define PAIR4 \
	VPBROADCASTD (SI), Y10; \
	VPBROADCASTD (SI)(R9*1), Y11; \
	VPBROADCASTD (R10), Y12; \
	VPBROADCASTD (R10)(R9*1), Y13; \
	DOT(Y10, Y0, Y1); \
	DOT(Y11, Y2, Y3); \
	DOT(Y12, Y4, Y5); \
	DOT(Y13, Y6, Y7); \
	ADDQ         $4, SI; \
	ADDQ         $4, R10

#define STORE2(A, B) \
	VMOVDQU A, (DI); \
	VMOVDQU B, 32(DI); \
	ADDQ    R8, DI

#define END4 \
	STORE2(Y0, Y1); \
	STORE2(Y2, Y3); \
	STORE2(Y4, Y5); \
	STORE2(Y6, Y7); \
	VZEROUPPER; \
	RET

// func dot4AVX2(sums *int32, stride int, x *int16, xStride int, w *int16, pairs int)
TEXT ·dot4AVX2(SB), NOSPLIT, $0-48
	MOVQ sums+0(FP), DI
	MOVQ stride+8(FP), R8
	MOVQ x+16(FP), SI
	MOVQ xStride+24(FP), R9
	MOVQ w+32(FP), DX
	MOVQ pairs+40(FP), CX
	START4

words4:
	WORDS
	PAIR4
	DECQ CX
	JNZ  words4
	END4

// func dotBytes4AVX2(sums *int32, stride int, x *int16, xStride int, w *int8, pairs int)
TEXT ·dotBytes4AVX2(SB), NOSPLIT, $0-48
	MOVQ sums+0(FP), DI
	MOVQ stride+8(FP), R8
	MOVQ x+16(FP), SI
	MOVQ xStride+24(FP), R9
	MOVQ w+32(FP), DX
	MOVQ pairs+40(FP), CX
	START4

bytes4:
	BYTES
	PAIR4
	DECQ CX
	JNZ  bytes4
	END4

#define START1 \
	VPXOR Y0, Y0, Y0; \
	VPXOR Y1, Y1, Y1

#define PAIR1 \
	VPBROADCASTD (SI), Y10; \
	DOT(Y10, Y0, Y1); \
	ADDQ         $4, SI

#define END1 \
	VMOVDQU Y0, (DI); \
	VMOVDQU Y1, 32(DI); \
	VZEROUPPER; \
	RET

// func dot1AVX2(sums *int32, x *int16, w *int16, pairs int)
TEXT ·dot1AVX2(SB), NOSPLIT, $0-32
	MOVQ sums+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ w+16(FP), DX
	MOVQ pairs+24(FP), CX
	START1

words1:
	WORDS
	PAIR1
	DECQ CX
	JNZ  words1
	END1

// func dotBytes1AVX2(sums *int32, x *int16, w *int8, pairs int)
TEXT ·dotBytes1AVX2(SB), NOSPLIT, $0-32
	MOVQ sums+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ w+16(FP), DX
	MOVQ pairs+24(FP), CX
	START1

bytes1:
	BYTES
	PAIR1
	DECQ CX
	JNZ  bytes1
	END1

// func mul4AVX2(y *float64, stride int, x *float64, xStride int, w *float64, rows int)
TEXT ·mul4AVX2(SB), NOSPLIT, $0-48
	MOVQ y+0(FP), DI
	MOVQ stride+8(FP), R8
	MOVQ x+16(FP), SI
	MOVQ xStride+24(FP), R9
	MOVQ w+32(FP), DX
	MOVQ rows+40(FP), CX
	SHLQ $3, R8
	SHLQ $3, R9
	LEAQ (SI)(R9*2), R10
	LEAQ (DI)(R8*2), R11
	VMOVUPD (DI), Y0
	VMOVUPD 32(DI), Y1
	VMOVUPD (DI)(R8*1), Y2
	VMOVUPD 32(DI)(R8*1), Y3
	VMOVUPD (R11), Y4
	VMOVUPD 32(R11), Y5
	VMOVUPD (R11)(R8*1), Y6
	VMOVUPD 32(R11)(R8*1), Y7

row:
	VMOVUPD      (DX), Y8
	VMOVUPD      32(DX), Y9
	VBROADCASTSD (SI), Y10
	VBROADCASTSD (SI)(R9*1), Y11
	VBROADCASTSD (R10), Y12
	VBROADCASTSD (R10)(R9*1), Y13
	VFMADD231PD  Y8, Y10, Y0
	VFMADD231PD  Y9, Y10, Y1
	VFMADD231PD  Y8, Y11, Y2
	VFMADD231PD  Y9, Y11, Y3
	VFMADD231PD  Y8, Y12, Y4
	VFMADD231PD  Y9, Y12, Y5
	VFMADD231PD  Y8, Y13, Y6
	VFMADD231PD  Y9, Y13, Y7
	ADDQ         $64, DX
	ADDQ         $8, SI
	ADDQ         $8, R10
	DECQ         CX
	JNZ          row

	VMOVUPD Y0, (DI)
	VMOVUPD Y1, 32(DI)
	VMOVUPD Y2, (DI)(R8*1)
	VMOVUPD Y3, 32(DI)(R8*1)
	VMOVUPD Y4, (R11)
	VMOVUPD Y5, 32(R11)
	VMOVUPD Y6, (R11)(R8*1)
	VMOVUPD Y7, 32(R11)(R8*1)
	VZEROUPPER
	RET

// func mul1AVX2(y, x, w *float64, rows int)
TEXT ·mul1AVX2(SB), NOSPLIT, $0-32
	MOVQ    y+0(FP), DI
	MOVQ    x+8(FP), SI
	MOVQ    w+16(FP), DX
	MOVQ    rows+24(FP), CX
	VMOVUPD (DI), Y0
	VMOVUPD 32(DI), Y1

row1:
	VBROADCASTSD (SI), Y10
	VFMADD231PD  (DX), Y10, Y0
	VFMADD231PD  32(DX), Y10, Y1
	ADDQ         $64, DX
	ADDQ         $8, SI
	DECQ         CX
	JNZ          row1

	VMOVUPD Y0, (DI)
	VMOVUPD Y1, 32(DI)
	VZEROUPPER
	RET

// Of Lookup: Sums 0, Values 24, Zero 48, Significance 56, Lowest 64, Highest 66, From 72,
// Signs 96; 120 in all.

// VALUES looks four vectors' up.
#define VALUES(at) \
	MOVWQSX     at(SI), AX; \
	MOVWQSX     (at+2)(SI), BX; \
	MOVWQSX     (at+4)(SI), CX; \
	MOVWQSX     (at+6)(SI), R13; \
	VMOVSD      (DX)(AX*8), X4; \
	VMOVHPD     (DX)(BX*8), X4, X4; \
	VMOVSD      (DX)(CX*8), X5; \
	VMOVHPD     (DX)(R13*8), X5, X5; \
	VINSERTF128 $1, X5, Y4, Y4

#define ADD(at, Y) \
	VALUES(at); \
	VMULPD Y7, Y4, Y4; \
	VADDPD Y4, Y, Y

#define ADDFROM(at, Y) \
	VALUES(at); \
	VMULPD  (at*4)(R12), Y4, Y4; \
	VADDPD  (at*4)(R10), Y4, Y4; \
	VMULPD  Y7, Y4, Y4; \
	VADDPD  Y4, Y, Y

#define ADDUP(Y, SUM) \
	VMULPD Y6, Y, Y; \
	VADDPD SUM, Y, SUM

// func convertAVX2(y, bases *float64, reads int, of *Lookup, n int, clipped *int16)
//
// y of 16 vectors stays in Y8–Y11 for all reads, and Y0–Y3 have the sums of one.
TEXT ·convertAVX2(SB), NOSPLIT, $16-48
	MOVQ    y+0(FP), DI
	MOVQ    of+24(FP), R8
	MOVQ    n+32(FP), R9
	IMULQ   reads+16(FP), R9
	MOVQ    clipped+40(FP), R11
	VMOVDQU (R11), Y0
	VMOVDQU 32(R11), Y1

clip:
	MOVQ         (R8), SI
	VPBROADCASTW 64(R8), Y8
	VPBROADCASTW 66(R8), Y9
	VMOVDQU      (SI), Y2
	VMOVDQU      32(SI), Y3
	VPCMPGTW     Y2, Y8, Y4     // lowest > sum
	VPCMPGTW     Y9, Y2, Y2     // sum > highest
	VPOR         Y4, Y2, Y2
	VPSUBW       Y2, Y0, Y0
	VPCMPGTW     Y3, Y8, Y4
	VPCMPGTW     Y9, Y3, Y3
	VPOR         Y4, Y3, Y3
	VPSUBW       Y3, Y1, Y1
	ADDQ         $120, R8
	DECQ         R9
	JNZ          clip
	VMOVDQU      Y0, (R11)
	VMOVDQU      Y1, 32(R11)

	XORQ R11, R11 // bytes of the sums of the vectors before

half:
	MOVQ    of+24(FP), R8
	MOVQ    bases+8(FP), AX
	MOVQ    AX, base-8(SP)
	MOVQ    reads+16(FP), AX
	MOVQ    AX, left-16(SP)
	VMOVUPD (DI), Y8
	VMOVUPD 32(DI), Y9
	VMOVUPD 64(DI), Y10
	VMOVUPD 96(DI), Y11

read:
	MOVQ   n+32(FP), R9
	VXORPD Y0, Y0, Y0
	VXORPD Y1, Y1, Y1
	VXORPD Y2, Y2, Y2
	VXORPD Y3, Y3, Y3

lookup:
	MOVQ         (R8), SI
	LEAQ         (SI)(R11*1), SI
	MOVQ         24(R8), DX
	MOVQ         48(R8), AX
	LEAQ         (DX)(AX*8), DX
	VBROADCASTSD 56(R8), Y7
	CMPQ         80(R8), $0
	JNE          from
	ADD(0, Y0)
	ADD(8, Y1)
	ADD(16, Y2)
	ADD(24, Y3)

next:
	ADDQ         $120, R8
	DECQ         R9
	JNZ          lookup
	MOVQ         base-8(SP), AX
	VBROADCASTSD (AX), Y6
	ADDQ         $8, AX
	MOVQ         AX, base-8(SP)
	ADDUP(Y0, Y8)
	ADDUP(Y1, Y9)
	ADDUP(Y2, Y10)
	ADDUP(Y3, Y11)
	DECQ         left-16(SP)
	JNZ          read
	VMOVUPD      Y8, (DI)
	VMOVUPD      Y9, 32(DI)
	VMOVUPD      Y10, 64(DI)
	VMOVUPD      Y11, 96(DI)
	ADDQ         $128, DI
	ADDQ         $32, R11
	CMPQ         R11, $64
	JNE          half
	VZEROUPPER
	RET

from:
	MOVQ 72(R8), R10
	LEAQ (R10)(R11*4), R10
	MOVQ 96(R8), R12
	LEAQ (R12)(R11*4), R12
	ADDFROM(0, Y0)
	ADDFROM(8, Y1)
	ADDFROM(16, Y2)
	ADDFROM(24, Y3)
	JMP  next

// func addAVX2(y *float64, sums *int32, n int, q *Quantizer, significance, base float64) (clipped int)
//
// n is a multiple of 4.
TEXT ·addAVX2(SB), NOSPLIT, $0-56
	MOVQ         y+0(FP), DI
	MOVQ         sums+8(FP), SI
	MOVQ         n+16(FP), CX
	MOVQ         q+24(FP), DX
	VBROADCASTSD significance+32(FP), Y6
	VBROADCASTSD base+40(FP), Y7
	VBROADCASTSD 0(DX), Y8      // Unit
	VBROADCASTSD 8(DX), Y9      // Low
	VBROADCASTSD 16(DX), Y10    // High
	VBROADCASTSD 24(DX), Y11    // Steps
	VBROADCASTSD 32(DX), Y12    // Below
	VBROADCASTSD 40(DX), Y13    // Above
	VSUBPD       Y9, Y10, Y14   // High − Low
	XORQ         AX, AX

sums:
	VCVTDQ2PD (SI), Y0
	VDIVPD    Y8, Y0, Y0
	VCMPPD    $1, Y12, Y0, Y1      // sum < Below
	VCMPPD    $14, Y13, Y0, Y2     // sum > Above
	VORPD     Y1, Y2, Y1
	VMOVMSKPD Y1, BX
	POPCNTL   BX, BX
	ADDQ      BX, AX
	VMAXPD    Y9, Y0, Y0
	VMINPD    Y10, Y0, Y0
	VSUBPD    Y9, Y0, Y0
	VMULPD    Y11, Y0, Y0
	VDIVPD    Y14, Y0, Y0
	VROUNDPD  $0, Y0, Y0
	VMULPD    Y14, Y0, Y0
	VDIVPD    Y11, Y0, Y0
	VADDPD    Y9, Y0, Y0
	VMULPD    Y8, Y0, Y0
	VMULPD    Y6, Y0, Y0
	VMULPD    Y7, Y0, Y0
	VADDPD    (DI), Y0, Y0
	VMOVUPD   Y0, (DI)
	ADDQ      $16, SI
	ADDQ      $32, DI
	SUBQ      $4, CX
	JNZ       sums
	MOVQ      AX, clipped+48(FP)
	VZEROUPPER
	RET

// func quantizeAVX2(values, sums *float64, n int, q *Quantizer) (clipped int)
//
// n is a multiple of 4.
TEXT ·quantizeAVX2(SB), NOSPLIT, $0-40
	MOVQ         values+0(FP), DI
	MOVQ         sums+8(FP), SI
	MOVQ         n+16(FP), CX
	MOVQ         q+24(FP), DX
	VBROADCASTSD 0(DX), Y8      // Unit
	VBROADCASTSD 8(DX), Y9      // Low
	VBROADCASTSD 16(DX), Y10    // High
	VBROADCASTSD 24(DX), Y11    // Steps
	VBROADCASTSD 32(DX), Y12    // Below
	VBROADCASTSD 40(DX), Y13    // Above
	VSUBPD       Y9, Y10, Y14   // High − Low
	XORQ         AX, AX

quad:
	VMOVUPD   (SI), Y0
	VDIVPD    Y8, Y0, Y0
	VCMPPD    $1, Y12, Y0, Y1      // sum < Below
	VCMPPD    $14, Y13, Y0, Y2     // sum > Above
	VORPD     Y1, Y2, Y1
	VMOVMSKPD Y1, BX
	POPCNTL   BX, BX
	ADDQ      BX, AX
	VMAXPD    Y9, Y0, Y0
	VMINPD    Y10, Y0, Y0
	VSUBPD    Y9, Y0, Y0
	VMULPD    Y11, Y0, Y0
	VDIVPD    Y14, Y0, Y0
	VROUNDPD  $0, Y0, Y0
	VMULPD    Y14, Y0, Y0
	VDIVPD    Y11, Y0, Y0
	VADDPD    Y9, Y0, Y0
	VMULPD    Y8, Y0, Y0
	VMOVUPD   Y0, (DI)
	ADDQ      $32, SI
	ADDQ      $32, DI
	SUBQ      $4, CX
	JNZ       quad
	MOVQ      AX, clipped+32(FP)
	VZEROUPPER
	RET
