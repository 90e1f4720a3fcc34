package theory

// Stage is a kernel of a pipeline.
type Stage struct {
	Vectors float64 // of a pass, L·B
	Copies  float64 // R, among which they are shared out
	Cycles  float64 // from one vector of a copy to its next
}

// Interval is the cycles from one pass to the next where stages share nothing and
// what waits between them has room:
//
//	max over stages of L·B·t/R
func Interval(stages []Stage) (most float64) {
	for _, s := range stages {
		most = max(most, s.Vectors*s.Cycles/s.Copies)
	}
	return most
}
