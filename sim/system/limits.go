package system

import "xbar/configs"

// Limit is how far an action of a component is from what physics allows, and
// from the best part that has been published, in joules of one action.
type Limit struct {
	Component      string   `json:"component"`
	Action         string   `json:"action"`
	EnergyJ        float64  `json:"energy_j"`
	FloorJ         float64  `json:"floor_j"`
	FloorOf        string   `json:"floor_of"`
	TimesFloor     float64  `json:"times_floor"`
	BestPublishedJ *float64 `json:"best_published_j"` // nil: no survey of such parts
	TimesBest      *float64 `json:"times_best_published"`
}

func newLimit(l *configs.Limit) Limit {
	limit := Limit{
		Component: l.Component, Action: l.Action, EnergyJ: l.Value.Value, FloorJ: l.Floor.Value, FloorOf: l.Floor.Name,
		TimesFloor: l.Value.Value / l.Floor.Value,
	}
	if l.Best != nil && l.Best.Value > 0 {
		times := l.Value.Value / l.Best.Value
		limit.BestPublishedJ, limit.TimesBest = &l.Best.Value, &times
	}
	return limit
}

// limits lists those of a machine whose energy is charged.
func (j *job) limits() []Limit {
	var all []Limit
	for _, l := range j.machine.Limits() {
		if l.Value.Value > 0 {
			all = append(all, newLimit(&l))
		}
	}
	return all
}
