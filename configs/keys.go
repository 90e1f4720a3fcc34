package configs

import (
	"slices"
	"strings"

	"xbar/sim/model"
)

// Table is the schema of one table of a config: what may stand in it.
type Table struct {
	Path     string        `json:"path"`               // "machine.adc"; "" is the top level
	List     bool          `json:"list"`               // written with double brackets, once for each
	Machines []string      `json:"machines,omitempty"` // kinds of machine that have it; nil: all
	Spare    []string      `json:"spare,omitempty"`    // of those, which may go without it
	Presets  bool          `json:"presets"`            // a key preset names a part of the library
	Keys     []Key         `json:"keys"`               // in the order of the schema
	Models   []model.Group `json:"models,omitempty"`   // what may be modelled in several ways
}

// Key is the schema of one key.
type Key struct {
	Name    string `json:"name"`
	Allowed string `json:"allowed"`           // "8 to 64", "a time: ps, ns, us, ms, s"
	Default string `json:"default,omitempty"` // "" where there is none
	Needed  bool   `json:"needed"`            // must be written, in the file or in a preset
	Doc     string `json:"about,omitempty"`
}

// Tables lists all that a config may hold, from the top level down.
func Tables() []Table { return tablesBelow(nil, schema, "", false, nil, nil) }

func tablesBelow(all []Table, s *section, path string, list bool, machines, spare []string) []Table {
	t := Table{Path: path, List: list, Machines: machines, Spare: spare, Presets: s.part, Keys: []Key{}, Models: s.groups}
	for _, f := range s.fields {
		if f.sub == nil {
			t.Keys = append(t.Keys, s.describe(f))
		}
	}
	all = append(all, t)
	for _, f := range s.fields {
		if f.sub != nil {
			kinds := f.machines
			if kinds == nil {
				kinds = machines
			}
			all = tablesBelow(all, f.sub, strings.TrimPrefix(path+"."+f.key, "."), f.kind == lists, kinds, f.spare)
		}
	}
	return all
}

// describe is a key of this table as a reader wants it.
func (s *section) describe(f *field) Key {
	k := Key{Name: f.key, Allowed: f.allowed(), Needed: f.required(), Doc: f.doc}
	if f.fallback != nil {
		k.Default = *f.fallback
	}
	switch f.kind {
	case text:
		if f.enum == nil {
			k.Allowed = "a text"
		}
	case boolean:
		k.Allowed = "true, false"
	case sizes:
		k.Allowed = "names with whole numbers, " + f.bounds
	case quantity:
		q := quantities[f.symbol]
		k.Allowed = q.noun + ": " + strings.Join(q.units, ", ")
		if f.unlimited {
			k.Allowed += `; or "` + unlimited + `"`
		}
	}
	for i := range s.groups {
		if g := &s.groups[i]; g.Key == f.key {
			k.Allowed = strings.Join(g.Names(), ", ")
		}
	}
	return k
}

// FindTables is the tables of that name and those below them: "adc",
// "machine.adc", "workload".
func FindTables(name string) []Table {
	var found []Table
	for _, t := range Tables() {
		path := "." + t.Path + "."
		if t.Path != "" && strings.Contains(path, "."+name+".") {
			found = append(found, t)
		}
	}
	return found
}

// TableNames lists what [FindTables] finds, each once.
func TableNames() []string {
	var names []string
	for _, t := range Tables() {
		for name := range strings.SplitSeq(t.Path, ".") {
			if name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}
