package pipeline

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/pipeline/planning"
)

// lookAhead plans and compares the plan with the account.
func lookAhead(p *projectAt, change ...func(*Options)) (unchecked string, err error) {
	err = p.with(func(q *Project) error {
		plan, err := q.Plan(context.Background(), nil)
		if err != nil {
			return err
		}
		unchecked, err = q.Preflight.LookAhead(context.Background(), plan)
		return err
	}, change...)
	return unchecked, err
}

// TestAPlanNamesWhatTheAccountDoesNotHave: build alone did, one command later.
func TestAPlanNamesWhatTheAccountDoesNotHave(t *testing.T) {
	p := newProjectAt(t, "sandbox", `one: {script: One., voice: Sara}, two: {script: Two., avatar: Bram in the office},
  es: {translate: one, to: Klingon}, offer: {template: 7c1f0e7a5d1b4e2c9a3f6b8d20c4e511, variables: {name: Ada, pirce: "9"}}`)
	unchecked, err := lookAhead(p)
	mustContain(t, err, `no voice "Sara"`, `no avatar "Bram in the office"`, `does not translate into "Klingon"`, `variable "price" (text) is missing`, "pirce")
	mustContain(t, err, "write its id, voice: 1bd001e7e50f421d891986aad5158bc8", "write its id, avatar: Bram-office-20230104", "greenroom templates")
	if unchecked != "" {
		t.Errorf("unchecked: %s", unchecked)
	}
	if _, err := os.Stat(filepath.Join(p.dir, StateDir)); err == nil {
		t.Error("a plan made a folder")
	}
}

// TestAPlanWithoutAnAccountSaysSo: the plan itself needs none.
func TestAPlanWithoutAnAccountSaysSo(t *testing.T) {
	p := newProjectAt(t, "v3", `one: {script: One.}`)
	unchecked, err := lookAhead(p, func(o *Options) { o.Getenv = func(string) string { return "" } })
	if err != nil || !strings.Contains(unchecked, "HEYGEN_API_KEY") {
		t.Errorf("unchecked %q: %v", unchecked, err)
	}
}

// TestALanguageByItsCodeIsTheAccountsName: the sandbox has Portuguese of Brazil alone.
func TestALanguageByItsCodeIsTheAccountsName(t *testing.T) {
	p := newProjectAt(t, "sandbox", `one: {script: One.}, pt: {translate: one, to: pt}`)
	if sum, err := p.build(BuildOptions{}); err != nil || sum.Bought != 2 {
		t.Fatalf("%d clips were bought: %v", sum.Bought, err)
	}
	p.manifest("sandbox", `one: {script: One.}, pt: {translate: {clip: one, to: Portuguese}}`)
	steps, err := p.plan()
	if err != nil || steps[1].Action != planning.Keep {
		t.Errorf("the name is another request than the code: %+v: %v", steps, err)
	}
}
