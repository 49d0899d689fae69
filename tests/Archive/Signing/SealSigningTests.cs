using System.Diagnostics;
using System.Security.Cryptography;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Archive.Verification;
using Holdfast.TestKit.Stores;

namespace Holdfast.Archive.Tests.Signing;

public sealed class SealSigningTests : IDisposable
{
    private static readonly SampleSegment[] Shop = [new("configmaps", "shop", """{"a":1}""")];

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly MemoryStore store = new();

    public void Dispose() => key.Dispose();

    [Fact]
    public async Task A_signed_point_is_intact_with_its_key()
    {
        await WriteSignedAsync();

        Assert.Empty((await VerifyAsync(SealTrust.Of([key.ExportSubjectPublicKeyInfoPem()], required: true))).Findings);
        Assert.Empty((await VerifyAsync(SealTrust.Anyone)).Findings);
    }

    [Fact]
    public async Task A_seal_that_was_forged_with_all_digests_right_is_found_by_its_signature()
    {
        var point = await WriteSignedAsync();
        var vault = new TamperedStore(store);
        vault.Replace(
            VaultPaths.Seal(SamplePoint.Cluster, point.Id),
            SealDocument.Write(SealDocument.Complete(point.Seal with { KeepUntil = SamplePoint.Time }))
        );

        var report = await PointVerifier.VerifyAsync(
            vault,
            SamplePoint.Cluster,
            null,
            SealTrust.Of([key.ExportSubjectPublicKeyInfoPem()], required: false),
            null,
            default
        );

        Assert.Equal((FindingKind.BadSignature, point.Id), (Assert.Single(report.Findings).Kind, report.Findings[0].Point!.Value));
    }

    [Fact]
    public async Task Another_key_and_no_signature_are_found_where_a_signature_is_required()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await WriteSignedAsync();
        await SamplePoint.WriteAsync(store, Shop, SamplePoint.Time.AddHours(1));

        Assert.Equal(
            2,
            (await VerifyAsync(SealTrust.Of([other.ExportSubjectPublicKeyInfoPem()], required: true))).Findings.Count(f =>
                f.Kind == FindingKind.BadSignature
            )
        );
        Assert.Equal(
            1,
            (await VerifyAsync(SealTrust.Of([key.ExportSubjectPublicKeyInfoPem()], required: true))).Findings.Count(f =>
                f.Kind == FindingKind.BadSignature
            )
        );
    }

    [Fact]
    public async Task A_repeated_seal_keeps_the_first_signature()
    {
        var first = await WriteSignedAsync();

        Assert.Equal(first.SealDigest, (await WriteSignedAsync()).SealDigest);
    }

    [Fact]
    public async Task The_signature_is_over_the_seals_bytes_without_it_and_openssl_agrees()
    {
        var point = await WriteSignedAsync();
        var bytes = (await store.ReadAsync(VaultPaths.Seal(SamplePoint.Cluster, point.Id), null, default))!;
        var text = System.Text.Encoding.UTF8.GetString(bytes);
        var cut = text[..text.IndexOf(",\"signature\":", StringComparison.Ordinal)] + "}";
        using var folder = new TemporaryFolder();
        var signature = Convert.FromBase64String(point.Seal.Signature!.Value);
        await File.WriteAllTextAsync(folder.File("signed"), cut);
        await File.WriteAllTextAsync(folder.File("key.pem"), key.ExportSubjectPublicKeyInfoPem());
        await File.WriteAllBytesAsync(folder.File("der"), DerOf(signature));

        using var openssl = Process.Start(
            new ProcessStartInfo(
                "openssl",
                ["dgst", "-sha256", "-verify", folder.File("key.pem"), "-signature", folder.File("der"), folder.File("signed")]
            )
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
            }
        )!;
        await openssl.WaitForExitAsync();

        Assert.Equal(0, openssl.ExitCode);
    }

    [Theory]
    [InlineData("nonsense"), InlineData("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----")]
    public void Text_that_is_not_a_key_is_refused_without_being_quoted(string pem)
    {
        var error = Assert.Throws<FormatException>(() => SealSigner.FromPem(pem));

        Assert.DoesNotContain("c2VjcmV0", error.ToString());
    }

    [Fact]
    public void A_public_key_and_another_curve_do_not_sign()
    {
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);

        Assert.Throws<FormatException>(() => SealSigner.FromPem(key.ExportSubjectPublicKeyInfoPem()));
        Assert.Throws<FormatException>(() => SealSigner.FromPem(p384.ExportPkcs8PrivateKeyPem()));
    }

    private static byte[] DerOf(byte[] p1363)
    {
        var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteIntegerUnsigned(p1363.AsSpan(0, 32).TrimStart((byte)0));
            writer.WriteIntegerUnsigned(p1363.AsSpan(32).TrimStart((byte)0));
        }
        return writer.Encode();
    }

    private async Task<SealedPoint> WriteSignedAsync()
    {
        using var signer = SealSigner.FromPem(key.ExportPkcs8PrivateKeyPem());
        return await SamplePoint.WriteAsync(store, Shop, request: new(PointState.Succeeded, null, signer));
    }

    private Task<VerifyReport> VerifyAsync(SealTrust trust) =>
        PointVerifier.VerifyAsync(store, SamplePoint.Cluster, null, trust, null, default);

    private sealed class TemporaryFolder : IDisposable
    {
        private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-signing-");

        public string File(string name) => Path.Combine(folder.FullName, name);

        public void Dispose() => folder.Delete(recursive: true);
    }
}
