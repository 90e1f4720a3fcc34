package system

import (
	"fmt"

	"xbar/configs"
)

// Limit is how far an action of a component is from what physics allows, and
// from the best part that has been published, in joules of one action. An action that
// is not charged has an energy of zero, and is at no distance.
type Limit struct {
	Component      string   `json:"component"`
	Action         string   `json:"action"`
	EnergyJ        float64  `json:"energy_j"`
	FloorJ         float64  `json:"floor_j"`
	FloorOf        string   `json:"floor_of"`
	TimesFloor     *float64 `json:"times_floor"`      // nil: not charged
	BestPublishedJ *float64 `json:"best_published_j"` // nil: no survey of such parts
	TimesBest      *float64 `json:"times_best_published"`
}

func newLimit(l *configs.Limit) Limit {
	limit := Limit{Component: l.Component, Action: l.Action, EnergyJ: l.Value.Value, FloorJ: l.Floor.Value, FloorOf: l.Floor.Name}
	if !l.Charged() {
		return limit
	}
	times := l.Value.Value / l.Floor.Value
	limit.TimesFloor = &times
	if l.Best != nil && l.Best.Value > 0 {
		times := l.Value.Value / l.Best.Value
		limit.BestPublishedJ, limit.TimesBest = &l.Best.Value, &times
	}
	return limit
}

// limit fills in how far the machine is from its floors, and says where it is below
// one, and what may be charged twice.
func (j *job) limit(m *Machine) {
	m.Notes = append(m.Notes, replacedNotes(j.machine)...)
	for _, l := range j.machine.Limits() {
		m.Limits = append(m.Limits, newLimit(&l))
		if l.Below() {
			m.BelowFloor = true
			m.Notes = append(m.Notes, experiment(&l))
		}
	}
}

// experiment says that a number is below its floor.
func experiment(l *configs.Limit) string {
	return fmt.Sprintf("a thought experiment, by allow_below_floor: %s %s takes %s, below its floor of %s (%s)", l.Component, l.Action, l.Value.Result(), l.Floor.Result(), l.Floor.Name)
}

// replacedNotes says which zeros of a preset are zeros no longer, for what they stand
// for may be within another number of it.
func replacedNotes(cfg *configs.Machine) (notes []string) {
	for _, r := range cfg.Replaced {
		notes = append(notes, fmt.Sprintf("%s: %s had 0 because %q; it is charged beside that now", r.Key, r.Preset, r.Why))
	}
	return notes
}
