// Package peripheral holds the digital stages behind an array's converters.
//
//	shift-add    y += σ_t · σ_c · code      one operation a conversion
//	correction   y −= o · Σ_i x_i           for weights stored with an offset or inverted
//	accumulator  Y  = Σ y over row tiles    lanes additions at once
//	activation   bias, rescale, clamp       one operation an output
package peripheral
