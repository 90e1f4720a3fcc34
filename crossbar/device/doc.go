// Package device holds cell models.
//
//	read:    E = v²·G·t_read            G between g_off (level 0) and g_on (level 2^B_c − 1)
//	program: E = pulses · E_write + verify_reads · (E_read + e_adc),  t = pulses · (t_write + t_verify)
//
// v is the row voltage of the input slice. Where a publication gives one
// number for a cell's read, read_energy takes the place of v²·G·t_read.
package device
