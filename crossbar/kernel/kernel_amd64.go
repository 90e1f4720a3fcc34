package kernel

import "golang.org/x/sys/cpu"

var fast = cpu.X86.HasAVX2 && cpu.X86.HasFMA && cpu.X86.HasPOPCNT

//go:noescape
func countsAVX2(sums *int16, digits, plus, minus *byte, groups int, tables *[256][16]byte)

//go:noescape
func dot4AVX2(sums *int32, stride int, x *int16, xStride int, w *int16, pairs int)

//go:noescape
func dot1AVX2(sums *int32, x *int16, w *int16, pairs int)

//go:noescape
func dotBytes4AVX2(sums *int32, stride int, x *int16, xStride int, w *int8, pairs int)

//go:noescape
func dotBytes1AVX2(sums *int32, x *int16, w *int8, pairs int)

//go:noescape
func mul4AVX2(y *float64, stride int, x *float64, xStride int, w *float64, rows int)

//go:noescape
func mul1AVX2(y, x, w *float64, rows int)

//go:noescape
func convertAVX2(y, bases *float64, reads int, of *Lookup, n int, clipped *int16)

//go:noescape
func addAVX2(y *float64, sums *int32, n int, q *Quantizer, significance, base float64) (clipped int)

//go:noescape
func quantizeAVX2(values, sums *float64, n int, q *Quantizer) (clipped int)
