package proc

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"greenroom/internal/outside"
)

func names(env []string) (out []string) {
	for _, kv := range env {
		name, _, _ := strings.Cut(kv, "=")
		out = append(out, name)
	}
	return out
}

// secretNames are set by CI systems, clouds and registries, with their documented names.
var secretNames = []string{
	"HEYGEN_API_KEY", "HEYGEN_API_BASE", "HEYGEN_WEBHOOK_SECRET", "WEBHOOK_SECRET", "WEBHOOK_SECRET_2",
	"GREENROOM_CACHE_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE",
	"AWS_WEB_IDENTITY_TOKEN_FILE", "REMOTION_AWS_SECRET_ACCESS_KEY", "GOOGLE_APPLICATION_CREDENTIALS",
	"GOOGLE_API_KEY", "GCLOUD_PROJECT", "CLOUDSDK_AUTH_ACCESS_TOKEN", "REMOTION_GCP_PRIVATE_KEY",
	"AZURE_CLIENT_SECRET", "AZURE_STORAGE_KEY", "ARM_CLIENT_SECRET", "CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_KEY",
	"B2_APPLICATION_KEY", "GITHUB_TOKEN", "GH_TOKEN", "GH_PAT", "ACTIONS_RUNTIME_TOKEN",
	"ACTIONS_ID_TOKEN_REQUEST_TOKEN", "CI_JOB_TOKEN", "CI_JOB_JWT_V2", "CI_REGISTRY_PASSWORD",
	"CI_DEPLOY_PASSWORD", "GITLAB_TOKEN", "SYSTEM_ACCESSTOKEN", "BUILDKITE_AGENT_ACCESS_TOKEN",
	"CIRCLE_OIDC_TOKEN_V2", "CIRCLE_TOKEN", "NPM_TOKEN", "NODE_AUTH_TOKEN", "npm_config__auth",
	"npm_config_//registry.example/:_authToken", "npm_config__password", "OPENAI_API_KEY", "ANTHROPIC_API_KEY",
	"SLACK_WEBHOOK_URL", "SENTRY_AUTH_TOKEN", "SENTRY_DSN", "DATABASE_URL", "VAULT_TOKEN", "OP_SESSION_my",
	"OP_SERVICE_ACCOUNT_TOKEN", "BW_SESSION", "KUBECONFIG", "DOCKER_AUTH_CONFIG", "SSH_PRIVATE_KEY",
	"TF_VAR_api_key", "My_Password", "stripe_secret_key", "CIRCLE_OIDC_TOKEN",
}

// neededNames are what tools need.
var neededNames = []string{
	"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "TZ", "TMPDIR", "TMP", "TEMP", "TERM", "DISPLAY",
	"WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME", "DBUS_SESSION_BUS_ADDRESS",
	"SSH_AUTH_SOCK", "HTTP_PROXY", "https_proxy", "NO_PROXY", "ALL_PROXY", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS",
	"NODE_OPTIONS", "NODE_PATH", "NODE_ENV", "npm_config_registry", "npm_config_cache", "npm_config_https_proxy",
	"FONTCONFIG_FILE", "FONTCONFIG_PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "NIX_SSL_CERT_FILE", "CI",
	"GITHUB_ACTIONS", "GITHUB_WORKSPACE", "NO_COLOR", "REMOTION_TITLE", "REMOTION_MAPBOX_TOKEN",
	"PUPPETEER_EXECUTABLE_PATH", "GREENROOM_BROWSER", "GREENROOM_CACHE", "ESPEAK_DATA_PATH", "VDPAU_DRIVER",
	"LIBVA_DRIVER_NAME", "SystemRoot", "ProgramFiles", "APPDATA", "ComSpec", "DO_NOT_TRACK", "GIT_AUTHOR_NAME",
	"SPAT", "AUTHOR",
}

func TestChildrenGetNoSecretAndWhatTheyNeed(t *testing.T) {
	var env []string
	for _, n := range slices.Concat(secretNames, neededNames) {
		env = append(env, n+"=value of "+n)
	}
	env = append(env, "REDIS_URL=redis://:pass@host/0", "PIP_INDEX_URL=https://me:pass@host/simple",
		"HTTP_PROXY=http://me:pass@proxy:8080")
	got := names(inherited(env, nil))
	for _, n := range append(secretNames, "REDIS_URL", "PIP_INDEX_URL") {
		if slices.Contains(got, n) {
			t.Errorf("a child gets %s", n)
		}
	}
	for _, n := range neededNames {
		if !slices.Contains(got, n) {
			t.Errorf("a child does not get %s", n)
		}
	}
}

func TestAHiddenVariableAndACopyOfTheKeyAreRemoved(t *testing.T) {
	Hide("MYKEY")
	outside.Know("a-known-secret-of-some-length", "short77")
	env := []string{"MYKEY=1", "mykey=1", "COPY=Bearer a-known-secret-of-some-length", "EXACT=short77",
		"PATH=/home/short77/bin", "GREENROOM_CHILD_ENV=MYKEY,COPY"}
	if got := names(inherited(env, nil)); !slices.Equal(got, []string{"PATH", "GREENROOM_CHILD_ENV"}) {
		t.Errorf("a child gets %q", got)
	}
}

func TestAVariableThatTheUserNamesPasses(t *testing.T) {
	env := []string{"MAP_TOKEN=1", "OTHER_TOKEN=1", "HEYGEN_API_KEY=1", "GREENROOM_CHILD_ENV=map_token, HEYGEN_API_KEY"}
	if got := names(inherited(env, nil)); !slices.Equal(got, []string{"MAP_TOKEN", "GREENROOM_CHILD_ENV"}) {
		t.Errorf("a child gets %q", got)
	}
}

func TestOnlyNpmGetsRegistryTokensAndOnlyTheKeyProgramAVault(t *testing.T) {
	for _, name := range []string{"NPM_TOKEN", "npm_config_//r/:_authToken", "VAULT_TOKEN", "OP_SESSION_x",
		"AWS_SECRET_ACCESS_KEY", "HEYGEN_API_KEY"} {
		t.Setenv(name, "1")
	}
	npm, key, any := names(ForNpm()), names(ForKeyProgram()), names(Inherited())
	for name, want := range map[string][3]bool{
		"NPM_TOKEN": {true, false, false}, "npm_config_//r/:_authToken": {true, false, false},
		"VAULT_TOKEN": {false, true, false}, "OP_SESSION_x": {false, true, false},
		"AWS_SECRET_ACCESS_KEY": {}, "HEYGEN_API_KEY": {}, "PATH": {true, true, true},
	} {
		if got := [3]bool{slices.Contains(npm, name), slices.Contains(key, name), slices.Contains(any, name)}; got != want {
			t.Errorf("%s: npm, key program, others get it: %v, want %v", name, got, want)
		}
	}
}

// notShipped are folders whose programs developers run: generators, galleries, test footage, end-to-end tests.
var notShipped = []string{"node_modules", "gen", "gallery", "timelinetest", "e2e"}

// starters are the ways to start a program or to read the complete environment.
var starters = []string{
	"os.Environ(", "exec.Command(", "exec.CommandContext(", "os.StartProcess(", "syscall.ForkExec(", "syscall.Exec(",
	"syscall.Environ(",
}

// TestOnlyThisPackageStartsPrograms keeps a second way out of existence: a program that is
// started elsewhere inherits everything. Generators and galleries are run by developers.
func TestOnlyThisPackageStartsPrograms(t *testing.T) {
	root, seen := filepath.Join("..", ".."), 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		rel = filepath.ToSlash(rel)
		if d.IsDir() && (slices.Contains(notShipped, d.Name()) || strings.HasPrefix(d.Name(), ".") && path != root) {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(rel, ".go") || strings.HasSuffix(rel, "_test.go") ||
			rel == "internal/proc/proc.go" || rel == "internal/proc/environ.go" {
			return nil
		}
		b, err := os.ReadFile(path)
		seen++
		for _, call := range starters {
			if strings.Contains(string(b), call) {
				t.Errorf("%s calls %s): use proc.Run and proc.Inherited", rel, call)
			}
		}
		return err
	})
	if err != nil || seen < 200 {
		t.Errorf("read %d files: %v", seen, err)
	}
}

// A program's last words are part of an error: a key in its arguments may be quoted there.
func TestAProgramsLastWordsHoldNoSecret(t *testing.T) {
	outside.Know("a-known-secret-of-some-length")
	err := (&ExitError{Path: "ffmpeg", Code: 1,
		Tail: "x\nopen https://h/a?Signature=SIGNED a-known-secret-of-some-length \x1b[31m\n"}).Error()
	if err != `ffmpeg: exit 1: open https://h/a?[redacted] [redacted] \u001b[31m` {
		t.Errorf("got %q", err)
	}
}
