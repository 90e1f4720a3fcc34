// Package peripheral holds the digital stages behind an array's converters.
//
//	shift-add    y += σ_t · σ_c · code      one operation a conversion
//	correction   y −= o · Σ_i x_i           for weights stored with an offset or inverted
//	accumulator  Y  = Σ y over row tiles    lanes additions at once
//	activation   bias, rescale, clamp       one operation an output
//
// Their energies and areas are given, or follow from the width B of the adder:
//
//	adder       E = E₄₅(B)·e(node, V)/e(45 nm, 0.9 V)      Horowitz, scaled by Stillmaker & Baas
//	gates       E = α·B·C·V²                               full adder and flip-flop of 28 nm
//	multiplier  E = (M₄₅(B) + 2·E₄₅(B))·e(node, V)/e(45 nm, 0.9 V)
package peripheral
