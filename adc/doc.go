// Package adc holds the output converters: they read a column's sum as one of
// 2^B codes.
//
//	lossless when 2^B > R_a·(2^B_d − 1)·(2^B_c − 1)
//
// With fewer bits a converter either clips (one code a unit, sums beyond the
// last code saturate) or scales (the step widens until the last code reaches
// the largest sum).
//
// Converters of one kind are not alike. Of a sum v in steps Q of the codes ([Unit],
// [Conversions]), with ξ anew in each conversion and all else drawn once,
//
//	v' = v·(1 + g) + (o + σ·ξ)·Q
//	code k where T_k ≤ v' < T_(k+1),  T_k = First + (k − ½ + I_k)·Q,  I_k = Σ_(j<k) (w_j − 1)
//
// widths w_j of codes independent and normal, none below zero, and their sum what it
// should be: the differential and integral nonlinearity of IEEE Std 1241. Of a circuit the
// codes' edges follow from its capacitors and comparators instead, as Spear et al. (JXCDC
// 2023) have them.
//
// What a conversion costs is one of several models, [Groups]: energy follows
// the effective bits b, the codes follow the resolution B, and time T follows B.
//
//	thermal limit    E = 12·kT·4^b
//	figures of merit E = FOM_W·2^b,  E = ½·10^((SNDR − FOM_S)/10)
//	SAR              T = (B + 1)·cycle,  ramp 2^B·cycle,  flash one cycle
//
// Energy is in joules a conversion, area in m² and leakage in watts a
// converter. Where a model takes a rate, it is that of a converter which is
// never idle. A conversion that is stopped after n of B bits takes n/B of the
// energy.
package adc
