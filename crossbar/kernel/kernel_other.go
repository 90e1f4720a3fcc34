//go:build !amd64

package kernel

const fast = false

func countsAVX2(*int16, *byte, *byte, *byte, int, *[256][16]byte)     { panic("kernel: not here") }
func dot4AVX2(*int32, int, *int16, int, *int16, int)                  { panic("kernel: not here") }
func dot1AVX2(*int32, *int16, *int16, int)                            { panic("kernel: not here") }
func mul4AVX2(*float64, int, *float64, int, *float64, int)            { panic("kernel: not here") }
func mul1AVX2(_, _, _ *float64, _ int)                                { panic("kernel: not here") }
func quantizeAVX2(_, _ *float64, _ int, _ *Quantizer) int             { panic("kernel: not here") }
func convertAVX2(_, _ *float64, _ int, _ *Lookup, _ int, _ *int16)    { panic("kernel: not here") }
func addAVX2(*float64, *int32, int, *Quantizer, float64, float64) int { panic("kernel: not here") }
func dotBytes4AVX2(*int32, int, *int16, int, *int8, int)              { panic("kernel: not here") }
func dotBytes1AVX2(*int32, *int16, *int8, int)                        { panic("kernel: not here") }
