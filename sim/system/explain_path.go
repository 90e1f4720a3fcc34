package system

import (
	"cmp"
	"slices"
	"strings"

	"xbar/configs"
	"xbar/sim/energy"
)

var subjects = []string{"total", "energy", "time", "energy-delay", "wear", "area", "limits", "devices"}

// wants says whether a component or category is part of the subject.
func wants(subject, component, category string) bool {
	return subject == "" || subject == category || subject == component || strings.HasPrefix(component, subject+"/")
}

// isAction says whether the subject is an action of a component: behind a stroke, or
// behind a space as explanations print it.
func isAction(subject, component, action string) bool {
	return subject == component+"/"+action || subject == component+" "+action
}

// names says whether an account is part of the subject.
func names(subject string, a energy.Account) bool {
	return wants(subject, a.Component, a.Category.String()) || isAction(subject, a.Component, a.Action)
}

// has says whether there is anything of that name.
func (x *explainer) has(subject string) bool {
	category := func(c energy.Category) bool { return c.String() == subject }
	if slices.Contains(subjects, subject) || slices.ContainsFunc(energy.Categories(), category) {
		return true
	}
	return slices.ContainsFunc(x.result.Components, func(c Component) bool {
		return wants(subject, c.Path, "") || slices.ContainsFunc(c.Actions, func(a Action) bool { return isAction(subject, c.Path, a.Action) })
	})
}

// unknownPath reports a path that names nothing.
func unknownPath(subject string, result *Result) *PathError {
	allowed := slices.Clone(subjects)
	for _, c := range energy.Categories() {
		allowed = append(allowed, c.String())
	}
	var actions []string
	for i := range result.Machines {
		for _, c := range result.Machines[i].Components {
			if !slices.Contains(allowed, c.Path) {
				allowed = append(allowed, c.Path)
			}
			for _, a := range c.Actions {
				actions = append(actions, c.Path+"/"+a.Action)
			}
		}
	}
	return &PathError{Path: subject, Nearest: nearestPath(subject, allowed, actions), Allowed: allowed}
}

// nearestPath is what was most likely meant: a path that ends in these words, one that
// is spelt like them, one that a part of is, or one that they begin. Case and strokes
// that are missing do not matter.
func nearestPath(subject string, paths, actions []string) string {
	fold := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, " ", "/")) }
	word := strings.Trim(fold(subject), "/")
	find := func(in []string, is func(path string) bool) string {
		if i := slices.IndexFunc(in, func(path string) bool { return is(fold(path)) }); i >= 0 {
			return in[i]
		}
		return ""
	}
	ends := func(path string) bool { return path == word || strings.HasSuffix(path, "/"+word) }
	begins := func(path string) bool { return strings.Contains("/"+path, "/"+word) }
	return cmp.Or(
		find(paths, ends), find(actions, ends),
		configs.Nearest(subject, paths), nearestEnd(word, paths), configs.Nearest(subject, actions),
		find(paths, begins), find(actions, begins),
		longestStart(word, paths),
	)
}

// nearestEnd is the path whose last word is spelt like a word.
func nearestEnd(word string, paths []string) string {
	last := func(path string) string { return path[strings.LastIndex(path, "/")+1:] }
	var ends []string
	for _, path := range paths {
		ends = append(ends, last(path))
	}
	if i := slices.Index(ends, configs.Nearest(word, ends)); i >= 0 {
		return paths[i]
	}
	return ""
}

// longestStart is the longest path with which a word begins.
func longestStart(word string, paths []string) (longest string) {
	for _, path := range paths {
		if strings.HasPrefix(word, strings.ToLower(path)+"/") && len(path) > len(longest) {
			longest = path
		}
	}
	return longest
}
