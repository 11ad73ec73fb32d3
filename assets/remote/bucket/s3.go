package bucket

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	transfer "github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

// s3Bucket is a bucket of S3 or of a service that speaks its protocol.
type s3Bucket struct {
	name       string
	client     *s3.Client
	upload     *transfermanager.Client
	encryption transfer.ServerSideEncryption
	kmsKey     string
}

// s3Parameters are what the query of an s3:// address may hold. They have the names of gocloud.dev, which read these
// addresses before.
var s3Parameters = []string{"accelerate", "anonymous", "awssdk", "disable_https", "dualstack", "endpoint", "fips",
	"hostname_immutable", "kmskeyid", "profile", "rate_limiter_capacity", "region", "request_checksum_calculation",
	"response_checksum_validation", "role", "s3ForcePathStyle", "ssetype", "use_path_style"}

func openS3(ctx context.Context, name string, q url.Values) (Bucket, error) {
	on := map[string]bool{}
	for key := range q {
		if !slices.Contains(s3Parameters, key) {
			return nil, fmt.Errorf("unknown query parameter %q: there are %s", key, strings.Join(s3Parameters, ", "))
		}
	}
	for _, key := range []string{"accelerate", "anonymous", "disable_https", "dualstack", "fips", "hostname_immutable",
		"s3ForcePathStyle", "use_path_style"} {
		var err error
		on[key], err = boolParameter(q, key)
		if err != nil {
			return nil, err
		}
	}
	b := &s3Bucket{name: name, kmsKey: q.Get("kmskeyid")}
	if kind := q.Get("ssetype"); kind != "" {
		for _, known := range types.ServerSideEncryption("").Values() {
			if strings.EqualFold(string(known), kind) {
				b.encryption = transfer.ServerSideEncryption(known)
			}
		}
		if b.encryption == "" {
			return nil, fmt.Errorf("parameter ssetype has the unknown value %q", kind)
		}
	}
	cfg, err := awsConfig(ctx, q, on)
	if err != nil {
		return nil, err
	}
	b.client = s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.UseAccelerate = on["accelerate"]
		o.EndpointOptions.DisableHTTPS = on["disable_https"]
		// A host that must stay as it is cannot have the bucket's name before it.
		o.UsePathStyle = on["use_path_style"] || on["s3ForcePathStyle"] || on["hostname_immutable"]
		if endpoint := q.Get("endpoint"); endpoint != "" {
			o.BaseEndpoint = aws.String(endpoint)
		}
	})
	b.upload = transfermanager.New(b.client, func(o *transfermanager.Options) {
		// The transfer manager does not read the client's setting.
		o.RequestChecksumCalculation = cfg.RequestChecksumCalculation
		o.PartSizeBytes = PartSize
		o.MultipartUploadThreshold = PartSize
		o.Concurrency = Parts
	})
	return b, nil
}

// awsConfig reads the credentials and settings that AWS's own tools read, then the query's.
func awsConfig(ctx context.Context, q url.Values, on map[string]bool) (aws.Config, error) {
	limiter, err := limiterOf(q.Get("rate_limiter_capacity"))
	if err != nil {
		return aws.Config{}, err
	}
	options := []func(*config.LoadOptions) error{config.WithRetryer(func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) { o.RateLimiter = limiter })
	})}
	if region := q.Get("region"); region != "" {
		options = append(options, config.WithRegion(region))
	}
	if profile := q.Get("profile"); profile != "" {
		options = append(options, config.WithSharedConfigProfile(profile))
	}
	if on["dualstack"] {
		options = append(options, config.WithUseDualStackEndpoint(aws.DualStackEndpointStateEnabled))
	}
	if on["fips"] {
		options = append(options, config.WithUseFIPSEndpoint(aws.FIPSEndpointStateEnabled))
	}
	if on["anonymous"] {
		options = append(options, config.WithCredentialsProvider(aws.AnonymousCredentials{}))
	}
	switch v := q.Get("request_checksum_calculation"); strings.ToLower(v) {
	case "":
	case "when_supported":
		options = append(options, config.WithRequestChecksumCalculation(aws.RequestChecksumCalculationWhenSupported))
	case "when_required":
		options = append(options, config.WithRequestChecksumCalculation(aws.RequestChecksumCalculationWhenRequired))
	default:
		return aws.Config{},
			fmt.Errorf("parameter request_checksum_calculation must be when_supported or when_required, not %q", v)
	}
	// An object is verified by the hash of its content; the SDK would print a line for each answer without a checksum.
	validation := aws.ResponseChecksumValidationWhenRequired
	switch v := q.Get("response_checksum_validation"); strings.ToLower(v) {
	case "", "when_required":
	case "when_supported":
		validation = aws.ResponseChecksumValidationWhenSupported
	default:
		return aws.Config{},
			fmt.Errorf("parameter response_checksum_validation must be when_supported or when_required, not %q", v)
	}
	options = append(options, config.WithResponseChecksumValidation(validation))
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return aws.Config{}, err
	}
	if role := q.Get("role"); role != "" {
		if !strings.HasPrefix(role, "arn:") {
			return aws.Config{}, fmt.Errorf("parameter role must be an ARN, which starts with arn:, not %q", role)
		}
		cfg.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), role))
	}
	return cfg, nil
}

func limiterOf(capacity string) (retry.RateLimiter, error) {
	if capacity == "" {
		return ratelimit.None, nil
	}
	n, err := strconv.ParseUint(capacity, 10, 31)
	if err != nil {
		return nil, fmt.Errorf("parameter rate_limiter_capacity must be a number, not %q", capacity)
	}
	if n == 0 {
		return ratelimit.None, nil
	}
	return ratelimit.NewTokenRateLimit(uint(n)), nil
}

func (b *s3Bucket) Stat(ctx context.Context, key string) (Info, error) {
	out, err := b.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.name, Key: &key})
	if err != nil {
		return Info{}, s3Error(err)
	}
	return Info{Size: aws.ToInt64(out.ContentLength), MD5: md5OfETag(aws.ToString(out.ETag))}, nil
}

func (b *s3Bucket) Read(ctx context.Context, key string, from int64) (io.ReadCloser, int64, error) {
	in := &s3.GetObjectInput{Bucket: &b.name, Key: &key}
	if from > 0 {
		in.Range = aws.String(fmt.Sprintf("bytes=%d-", from))
	}
	out, err := b.client.GetObject(ctx, in)
	if err != nil {
		return nil, 0, s3Error(err)
	}
	size, err := completeSize(aws.ToInt64(out.ContentLength), aws.ToString(out.ContentRange), from)
	if err != nil {
		out.Body.Close()
		return nil, 0, err
	}
	return out.Body, size, nil
}

func (b *s3Bucket) Write(ctx context.Context, key string, r io.Reader, replace bool) error {
	in := &transfermanager.UploadObjectInput{
		Bucket: &b.name, Key: &key, Body: r, ContentType: aws.String(contentType), ServerSideEncryption: b.encryption,
	}
	if b.kmsKey != "" {
		in.SSEKMSKeyID = &b.kmsKey
	}
	if !replace {
		in.IfNoneMatch = aws.String("*")
	}
	_, err := b.upload.UploadObject(ctx, in)
	var answer smithy.APIError
	if err != nil && !replace && !errors.As(err, &answer) {
		// A service that refuses an object by its condition may end the connection before it has read the bytes: the
		// answer is lost then.
		if _, missing := b.Stat(ctx, key); missing == nil {
			return &kindError{err, fs.ErrExist}
		}
	}
	return s3Error(err)
}

func (b *s3Bucket) Exists(ctx context.Context) (bool, error) {
	_, err := b.client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &b.name})
	err = s3Error(err)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// Close does nothing: the SDK ends idle connections by itself.
func (b *s3Bucket) Close() {}

// md5OfETag returns the checksum in an ETag; nil where it is another kind of tag, as that of an upload in parts.
func md5OfETag(tag string) []byte {
	sum, err := hex.DecodeString(strings.Trim(tag, `"`))
	if err != nil || len(sum) == 0 {
		return nil
	}
	return sum
}

// s3Error adds the meaning to an error of the SDK.
func s3Error(err error) error {
	if err == nil {
		return nil
	}
	var answer smithy.APIError
	var response *awshttp.ResponseError
	code, status := "", 0
	if errors.As(err, &answer) {
		code = answer.ErrorCode()
	} else if errors.As(err, &response) {
		status = response.HTTPStatusCode()
	}
	switch {
	case code == "NoSuchBucket", code == "NoSuchKey", code == "NotFound", code == "ObjectNotInActiveTierError",
		status == http.StatusNotFound:
		return &kindError{err, fs.ErrNotExist}
	case code == "PreconditionFailed", code == "ConditionalRequestConflict": // another writer of the object was faster
		return &kindError{err, fs.ErrExist}
	case code == "AccessDenied", code == "Forbidden", status == http.StatusUnauthorized, status == http.StatusForbidden:
		return &kindError{err, fs.ErrPermission}
	}
	return err
}
