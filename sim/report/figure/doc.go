// Package figure draws results for print: scaling laws as log-log panels, energy
// by category as stacked bars, and by layer on a log scale, layers under the roofs of
// their machines, and what studies find.
//
//	slope = d log(energy per MAC) / d log(x), a straight line's inclination in a panel
//
// A panel shows three decades at least, one of a study, so that what is flat looks flat; bits
// stand on a linear axis. Colours are Okabe and Ito's, which colour-blind readers
// tell apart (jfly.uni-koeln.de/color, 2008). The file's extension says the
// format: .svg or .png. For pages of [report] figures are drawn narrow, for phones.
package figure
