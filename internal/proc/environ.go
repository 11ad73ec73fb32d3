package proc

import (
	"os"
	"slices"
	"strings"
	"sync"

	"greenroom/internal/lazyregexp"
	"greenroom/internal/outside"
)

// This file is the only place that builds the environment of a child.
//
// It is a list of what is removed, not of what stays: node, npm, a browser, ffmpeg and
// what a user's composition reads need variables that no list can name (proxies, fonts,
// graphics drivers, LD_LIBRARY_PATH, NIX_*, NODE_*, REMOTION_*), and one that is missing
// fails in ways that do not name it. Secrets have names by convention, so the removal goes
// by convention too: more is removed than one list of services would hold. A variable that
// a composition needs and that is removed here is named in GREENROOM_CHILD_ENV.
//
// It protects against a package or a program that collects its environment. It does not
// protect files: a child runs with the user's rights and can read ~/.aws or ~/.netrc.

// secretPrefixes are the namespaces of HeyGen and of clouds, storage services and password
// managers. All of a namespace goes, also its file names and regions: no child uses them.
var secretPrefixes = []string{
	"HEYGEN_", "GREENROOM_CACHE_URL",
	"AWS_", "AMAZON_", "REMOTION_AWS_", "REMOTION_GCP_", "GOOGLE_", "GCLOUD_", "CLOUDSDK_", "GCP_", "GCS_", "AZURE_",
	"ARM_",
	"ALIBABA_", "ALIBABACLOUD_", "ALICLOUD_", "ALIYUN_", "OSS_", "B2_", "CLOUDFLARE_", "R2_", "DIGITALOCEAN_",
	"SPACES_",
	"HCLOUD_", "IBMCLOUD_", "LINODE_", "MINIO_", "OCI_", "OS_", "S3_", "SCW_", "STORAGE_", "WASABI_", "YC_",
	"ACTIONS_ID_TOKEN_", "CI_JOB_JWT", "CI_REGISTRY_", "KUBE", "VAULT_", "SOPS_", "DOCKER_AUTH",
	"OP_", "BW_", "BWS_", "DOPPLER_", "INFISICAL_", "AKEYLESS_", "CONJUR_", "KEEPASS", "LPASS_",
	"PASSBOLT_", "PROTON_PASS_",
}

// secretEndings are the ends of names that hold a secret by convention: the tokens of CI
// systems (GITHUB_TOKEN, CI_JOB_TOKEN, SYSTEM_ACCESSTOKEN, BUILDKITE_AGENT_ACCESS_TOKEN),
// of registries (NPM_TOKEN, NODE_AUTH_TOKEN) and of other services.
var secretEndings = []string{
	"TOKEN", "SECRET", "SECRETS", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "CREDENTIALS",
	"API_KEY", "APIKEY", "ACCESS_KEY", "ACCESS_KEY_ID", "_KEY",
	"SECRET_ID", "AUTH", "JWT", "PAT", "CONNECTION_STRING", "DATABASE_URL", "WEBHOOK_URL", "DSN", "_SAS", "SESSION_KEY",
}

// secretParts are words that make a name secret wherever they are: HEYGEN_WEBHOOK_SECRET_2,
// npm_config_//registry.example/:_authToken.
var secretParts = []string{
	"SECRET", "PASSWORD", "_TOKEN_", "_AUTHTOKEN", "API_KEY", "APIKEY", "ACCESS_KEY", "PRIVATE_KEY", ":_AUTH",
	"CONFIG__AUTH",
}

// passed are names that look like a secret's and are none. REMOTION_* but for its cloud
// names passes too: Remotion hands these to the composition, where users put them for it.
var passed = []string{"SSH_AUTH_SOCK", "XAUTHORITY", "KUBERNETES_SERVICE_HOST"}

// npmAuth are the variables with which npm asks a private registry. Only npm gets them.
var npmAuth = []string{"NPM_TOKEN", "NPM_AUTH_TOKEN", "NODE_AUTH_TOKEN", "NPM_CONFIG_TOKEN"}

// keyProgram are the namespaces of programs that keep secrets. Only the program of
// heygen.key gets them, which the user has allowed by name.
var keyProgram = []string{
	"OP_", "BW_", "BWS_", "VAULT_", "SOPS_", "DOPPLER_", "INFISICAL_", "AKEYLESS_", "CONJUR_", "KEEPASS", "LPASS_",
	"PASSBOLT_", "PROTON_PASS_", "PASSWORD_STORE_",
}

// childEnv names variables that children get although they look like secrets, separated
// by commas. It is the user's own setting: a manifest cannot change it.
const childEnv = "GREENROOM_CHILD_ENV"

// urlPassword finds an address with a password before its host. A proxy's own stays:
// without it a child has no network.
var urlPassword = lazyregexp.New(`^[A-Za-z][A-Za-z0-9+.-]*://[^/\s@]*:[^/\s@]+@`)

var (
	hiddenMu sync.Mutex
	hidden   []string
)

// Hide removes a variable from the environment of every child started from now on. The
// variable that a manifest names for its key is hidden when the manifest is read.
func Hide(name string) {
	hiddenMu.Lock()
	defer hiddenMu.Unlock()
	name = strings.ToUpper(name)
	if !slices.Contains(hidden, name) {
		hidden = append(hidden, name)
	}
}

// Inherited is our environment without secrets: what every child gets.
func Inherited() []string { return inherited(os.Environ(), nil) }

// ForNpm is Inherited with the variables that npm's own configuration uses for private
// registries.
func ForNpm() []string { return inherited(os.Environ(), isNpmAuth) }

// ForKeyProgram is Inherited with the variables of password managers, for the program
// that prints the key.
func ForKeyProgram() []string {
	return inherited(os.Environ(), func(name string) bool { return hasPrefix(name, keyProgram) })
}

// ForFarm is Inherited with the variables with which Temporal's clients find and enter a server, for the program that
// speaks with it.
func ForFarm() []string {
	return inherited(os.Environ(), func(name string) bool { return strings.HasPrefix(name, "TEMPORAL_") })
}

// inherited filters an environment. also names further variables that pass; what is
// hidden by name and what holds a known secret never does.
func inherited(all []string, also func(name string) bool) []string {
	hiddenMu.Lock()
	defer hiddenMu.Unlock()
	chosen := []string{}
	for _, kv := range all {
		if name, value, _ := strings.Cut(kv, "="); strings.EqualFold(name, childEnv) {
			chosen = strings.Split(strings.ToUpper(strings.ReplaceAll(value, " ", "")), ",")
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(kv string) bool {
		name, value, _ := strings.Cut(kv, "=")
		name = strings.ToUpper(name) // Windows knows one name in several cases
		switch {
		case strings.HasPrefix(name, "HEYGEN_"), slices.Contains(hidden, name), outside.Holds(value):
			return true
		case also != nil && also(name), slices.Contains(chosen, name):
			return false
		}
		return secretName(name) || urlPassword.MatchString(value) && !strings.Contains(name, "PROXY")
	})
}

func secretName(name string) bool {
	switch {
	case hasPrefix(name, secretPrefixes):
		return !slices.Contains(passed, name)
	case slices.Contains(passed, name), strings.HasPrefix(name, "REMOTION_"):
		return false
	}
	return slices.ContainsFunc(secretEndings, func(end string) bool { return endsWith(name, end) }) ||
		slices.ContainsFunc(secretParts, func(part string) bool { return strings.Contains(name, part) })
}

func hasPrefix(name string, list []string) bool {
	return slices.ContainsFunc(list, func(p string) bool { return strings.HasPrefix(name, p) })
}

// endsWith reports that name ends with end. Short endings must be words of their own:
// GH_PAT is a token, SPAT is not.
func endsWith(name, end string) bool {
	before, ok := strings.CutSuffix(name, end)
	return ok && (len(end) > 4 || before == "" || strings.HasSuffix(before, "_") || strings.HasPrefix(end, "_"))
}

func isNpmAuth(name string) bool {
	return slices.Contains(npmAuth, name) || strings.HasPrefix(name, "NPM_CONFIG_")
}
