package kill

import (
	"testing"

	"greenroom/internal/e2e/e2etest"
)

func TestMain(m *testing.M) { e2etest.Main(m, map[string]func(){"submitter": submitter}) }
