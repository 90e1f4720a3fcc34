// Package device holds cell models.
//
//	read:    E(x, w) = base·x² + slope·x²·w
//	program: E = pulses · E_write + verify_reads · (E(1, w) + e_adc),  t = pulses · (t_write + t_verify)
//
// x is the size of the row's digit over its full scale and w the cell's level
// over its top level, both from 0 to 1. What base and slope are depends on what
// the cell is made of:
//
//	conductance  base = V²·G_off·t,  slope = V²·(G_on − G_off)·t
//	capacitor    base = 0,  slope = C·V²
//	c2c          base = (B/6 + (1 − 4^−B)/9)·C·V²,  slope = 0
//
// Two models know no x and no w, and count every driven cell the same: given,
// one published number, and photonic, where the laser shines whatever the input
// is. They answer [Config.Lumped].
package device
