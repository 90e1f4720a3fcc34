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

// func dot4AVX2(sums *int32, stride int, x *int16, xStride int, w *int16, pairs int)
TEXT ·dot4AVX2(SB), NOSPLIT, $0-48
	MOVQ  sums+0(FP), DI
	MOVQ  stride+8(FP), R8
	MOVQ  x+16(FP), SI
	MOVQ  xStride+24(FP), R9
	MOVQ  w+32(FP), DX
	MOVQ  pairs+40(FP), CX
	SHLQ  $2, R8
	SHLQ  $1, R9
	LEAQ  (SI)(R9*2), R10
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3
	VPXOR Y4, Y4, Y4
	VPXOR Y5, Y5, Y5
	VPXOR Y6, Y6, Y6
	VPXOR Y7, Y7, Y7

pair:
	VMOVDQU      (DX), Y8
	VMOVDQU      32(DX), Y9
	VPBROADCASTD (SI), Y10
	VPBROADCASTD (SI)(R9*1), Y11
	VPBROADCASTD (R10), Y12
	VPBROADCASTD (R10)(R9*1), Y13
	VPMADDWD     Y8, Y10, Y14
	VPMADDWD     Y9, Y10, Y15
	VPADDD       Y14, Y0, Y0
	VPADDD       Y15, Y1, Y1
	VPMADDWD     Y8, Y11, Y14
	VPMADDWD     Y9, Y11, Y15
	VPADDD       Y14, Y2, Y2
	VPADDD       Y15, Y3, Y3
	VPMADDWD     Y8, Y12, Y14
	VPMADDWD     Y9, Y12, Y15
	VPADDD       Y14, Y4, Y4
	VPADDD       Y15, Y5, Y5
	VPMADDWD     Y8, Y13, Y14
	VPMADDWD     Y9, Y13, Y15
	VPADDD       Y14, Y6, Y6
	VPADDD       Y15, Y7, Y7
	ADDQ         $64, DX
	ADDQ         $4, SI
	ADDQ         $4, R10
	DECQ         CX
	JNZ          pair

	VMOVDQU Y0, (DI)
	VMOVDQU Y1, 32(DI)
	ADDQ    R8, DI
	VMOVDQU Y2, (DI)
	VMOVDQU Y3, 32(DI)
	ADDQ    R8, DI
	VMOVDQU Y4, (DI)
	VMOVDQU Y5, 32(DI)
	ADDQ    R8, DI
	VMOVDQU Y6, (DI)
	VMOVDQU Y7, 32(DI)
	VZEROUPPER
	RET

// func dot1AVX2(sums *int32, x *int16, w *int16, pairs int)
TEXT ·dot1AVX2(SB), NOSPLIT, $0-32
	MOVQ  sums+0(FP), DI
	MOVQ  x+8(FP), SI
	MOVQ  w+16(FP), DX
	MOVQ  pairs+24(FP), CX
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1

pair1:
	VPBROADCASTD (SI), Y10
	VPMADDWD     (DX), Y10, Y14
	VPMADDWD     32(DX), Y10, Y15
	VPADDD       Y14, Y0, Y0
	VPADDD       Y15, Y1, Y1
	ADDQ         $64, DX
	ADDQ         $4, SI
	DECQ         CX
	JNZ          pair1

	VMOVDQU Y0, (DI)
	VMOVDQU Y1, 32(DI)
	VZEROUPPER
	RET

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

// func lookAVX2(products *float64, sums *int16, table *float64, significance float64)
//
// 32 sums; table points at the value of a sum of zero.
TEXT ·lookAVX2(SB), NOSPLIT, $0-32
	MOVQ         products+0(FP), DI
	MOVQ         sums+8(FP), SI
	MOVQ         table+16(FP), DX
	VBROADCASTSD significance+24(FP), Y7
	MOVQ         $8, CX

four:
	MOVWQSX      (SI), AX
	MOVWQSX      2(SI), BX
	MOVWQSX      4(SI), R8
	MOVWQSX      6(SI), R9
	VMOVSD       (DX)(AX*8), X0
	VMOVHPD      (DX)(BX*8), X0, X0
	VMOVSD       (DX)(R8*8), X1
	VMOVHPD      (DX)(R9*8), X1, X1
	VINSERTF128  $1, X1, Y0, Y0
	VMULPD       Y7, Y0, Y0
	VADDPD       (DI), Y0, Y0
	VMOVUPD      Y0, (DI)
	ADDQ         $8, SI
	ADDQ         $32, DI
	DECQ         CX
	JNZ          four
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

// func beyondAVX2(counts, sums *int16, low, high int16)
TEXT ·beyondAVX2(SB), NOSPLIT, $0-20
	MOVQ         counts+0(FP), DI
	MOVQ         sums+8(FP), SI
	VPBROADCASTW low+16(FP), Y6
	VPBROADCASTW high+18(FP), Y7
	VMOVDQU      (SI), Y0
	VMOVDQU      32(SI), Y1
	VPCMPGTW     Y0, Y6, Y2     // low > sum
	VPCMPGTW     Y7, Y0, Y3     // sum > high
	VPOR         Y2, Y3, Y2
	VPCMPGTW     Y1, Y6, Y4
	VPCMPGTW     Y7, Y1, Y5
	VPOR         Y4, Y5, Y4
	VMOVDQU      (DI), Y0
	VMOVDQU      32(DI), Y1
	VPSUBW       Y2, Y0, Y0
	VPSUBW       Y4, Y1, Y1
	VMOVDQU      Y0, (DI)
	VMOVDQU      Y1, 32(DI)
	VZEROUPPER
	RET
