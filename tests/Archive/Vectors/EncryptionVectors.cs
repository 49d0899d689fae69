using Holdfast.Archive.Format;

namespace Holdfast.Archive.Tests.Vectors;

/// <content>Encryption: what of a vault is encrypted, the keys, and every way in which one of these can be wrong.</content>
internal static partial class ArchiveVectors
{
    private static readonly DraftEncryption Everything = new();
    private static readonly DraftEncryption Secrets = new() { SecretsOnly = true };

    private static IEnumerable<ArchiveVector> Encrypted() => [.. ValidEncrypted(), .. Keys(), .. Frames(), .. EncryptedDocuments()];

    private static IEnumerable<ArchiveVector> ValidEncrypted() =>
        [
            Good(
                "encrypted-everything",
                "Everything is encrypted, with a data key that a passphrase wraps.",
                new() { Encryption = Everything }
            ),
            Good("encrypted-secrets", "Only the Secrets are encrypted, in a pack of their own.", new() { Encryption = Secrets }),
            Good(
                "encrypted-infrastructure",
                "Everything is encrypted, the infrastructure profile too.",
                new() { Encryption = Everything, Infrastructure = Profile() }
            ),
            Good(
                "encrypted-with-two-keys",
                "The data key was rotated: the first part is of an earlier point, under the first key, and all else is under the second.",
                new() { Encryption = Everything with { Key = DraftEncryption.SecondKey, Documents = [First(), Second()] } }
            ),
            Good(
                "encrypted-wrapped-again",
                "The passphrase was changed: the same data key is wrapped twice, and the reader has the later passphrase.",
                new()
                {
                    Encryption = Everything with
                    {
                        Documents =
                        [
                            DraftEncryption.Document(1, DraftEncryption.FirstKey, "an earlier passphrase"),
                            DraftEncryption.Document(2, DraftEncryption.FirstKey, DraftEncryption.RightPassphrase),
                        ],
                    },
                }
            ),
        ];

    private static IEnumerable<ArchiveVector> Keys() =>
        [
            Locked("encrypted-without-key", "The reader has no passphrase: packs are checked as bytes.", Everything with { Given = null }),
            new(
                "encrypted-secrets-without-key",
                "The reader has no passphrase, and Secrets only are encrypted: all else reads.",
                new() { Encryption = Secrets with { Given = null } },
                null,
                null,
                false,
                "Locked keys/"
            )
            {
                ReadSecrets = ArchiveFailure.Locked,
            },
            Locked(
                "encrypted-wrong-passphrase",
                "The reader has another passphrase.",
                Everything with
                {
                    Given = "incorrect horse battery",
                }
            ),
            Locked(
                "encrypted-key-document-changed",
                "The key document was changed to say that only Secrets are encrypted from now on: it isn't as it was wrapped.",
                Everything with
                {
                    Documents = [First().Replace("\"encrypts\":\"everything\"", "\"encrypts\":\"secrets\"", StringComparison.Ordinal)],
                }
            ),
            Locked(
                "encrypted-key-of-another-id",
                "The document's key opens, and isn't the one whose id it gives.",
                Everything with
                {
                    Documents =
                    [
                        DraftEncryption
                            .Document(1, DraftEncryption.SecondKey, DraftEncryption.RightPassphrase)
                            .Replace(
                                $"{DraftCipher.IdOf(DraftEncryption.SecondKey)}",
                                $"{DraftCipher.IdOf(DraftEncryption.FirstKey)}",
                                StringComparison.Ordinal
                            ),
                    ],
                }
            ),
            BadKeys("encrypted-key-missing", "The key document is gone: what it encrypts is lost.", [], "Missing keys/"),
            BadKeys(
                "encrypted-key-gap",
                "The first key document is gone, and the second is there, whose key nothing is encrypted with.",
                ["", Second()],
                "Missing keys/",
                "Missing keys/000001.json"
            ),
            BadKeys(
                "encrypted-key-hostile",
                "The key document asks for 1 GiB of memory: a reader must not give it.",
                [DraftEncryption.Document(1, DraftEncryption.FirstKey, DraftEncryption.RightPassphrase, memory: 1 << 20)],
                "Missing keys/",
                "Malformed keys/000001.json"
            ),
            BadKeys(
                "encrypted-key-unknown-algorithm",
                "The key is wrapped in a way that version 1 doesn't know.",
                [First().Replace("ARGON2ID-A256GCM", "PBES2-HS256+A128KW", StringComparison.Ordinal)],
                "Missing keys/",
                "Malformed keys/000001.json"
            ),
            BadKeys(
                "encrypted-key-newer",
                "The key document is of version 2.",
                [First().Replace("\"version\":1", "\"version\":2", StringComparison.Ordinal)],
                "Missing keys/",
                "NewerVersion keys/000001.json"
            ),
            BadKeys(
                "encrypted-key-of-another-number",
                "The key document says another number than its path.",
                [First().Replace("\"number\":1", "\"number\":2", StringComparison.Ordinal)],
                "Missing keys/",
                "Malformed keys/000001.json"
            ),
            BadKeys(
                "encrypted-key-elsewhere",
                "A whole key document under a name that isn't a number of six digits: it is none.",
                ["", "", First()],
                "Missing keys/"
            ),
        ];

    private static IEnumerable<ArchiveVector> Frames() =>
        [
            BadFrames(
                "encrypted-bit-flipped",
                "One bit of the first part's ciphertext differs, and the pack is named by what it is: only the tag finds it.",
                frames => [frames[0], Flipped(frames[1]), .. frames.Skip(2)]
            ),
            BadFrames(
                "encrypted-frames-swapped",
                "Two frames of a part have changed places.",
                frames => [frames[0], frames[2], frames[1], frames[3]]
            ),
            BadFrames("encrypted-frame-missing", "The last frame of a part is missing.", frames => [frames[0], frames[1], frames[2]]),
            BadFrames(
                "encrypted-frame-repeated",
                "A frame of a part comes twice.",
                frames => [frames[0], frames[1], frames[1], .. frames.Skip(2)]
            ),
            BadRead(
                "encrypted-as-another-segment",
                "The first part is encrypted, with the right key, as one of another segment: it was moved.",
                ArchiveFailure.DigestMismatch,
                new() { Encryption = Everything with { FirstContext = DraftCipher.Context("part", "secrets", "shop") } },
                false,
                "DigestMismatch PACK"
            ),
            BadRead(
                "encrypted-unknown-cipher",
                "The first part's header is of another version: a reader doesn't guess.",
                ArchiveFailure.Malformed,
                new()
                {
                    Encryption = Everything with
                    {
                        Frames = f =>
                            [
                                [(byte)'H', (byte)'F', (byte)'E', 2, .. f[0][4..]],
                                .. f.Skip(1),
                            ],
                    },
                },
                false,
                "Malformed PACK"
            ),
            BadRead(
                "encrypted-longer-than-promised",
                "The first part decrypts, and unpacks to more than the inventory promises: a reader stops there and releases nothing.",
                ArchiveFailure.DigestMismatch,
                new()
                {
                    Encryption = Everything,
                    Inventory = i => WithPart(i, p => p with { RawBytes = p.RawBytes - 1 }),
                    Seal = s => s with { RawBytes = s.RawBytes - 1 },
                },
                false,
                "DigestMismatch PACK"
            ),
            BadRead(
                "encrypted-digest-not-keyed",
                "The inventory has the plain digest of the first part's content, by which it could be guessed.",
                ArchiveFailure.DigestMismatch,
                new()
                {
                    Encryption = Everything,
                    Inventory = i => WithPart(i, p => p with { RawDigest = new VaultDraft().PlainDigest(0) }),
                },
                false,
                "DigestMismatch PACK"
            ),
        ];

    private static IEnumerable<ArchiveVector> EncryptedDocuments() =>
        [
            BadOpen(
                "encrypted-inventory-changed",
                "One character of the encrypted inventory differs, and the seal was made for it.",
                ArchiveFailure.DigestMismatch,
                new() { Encryption = Everything with { OpenText = t => Altered(t, t.Length - 40) } },
                "DigestMismatch INVENTORY"
            ),
            BadOpen(
                "encrypted-inventory-of-another-revision",
                "An encrypted inventory of another revision in the place of this one's.",
                ArchiveFailure.Malformed,
                new()
                {
                    Encryption = Everything with
                    {
                        OpenText = t => t.Replace("\"revision\":\"4711\"", "\"revision\":\"4710\"", StringComparison.Ordinal),
                    },
                },
                "Malformed INVENTORY"
            ),
            BadOpen(
                "encrypted-outline-differs",
                "What the inventory says openly of its packs isn't what it holds.",
                ArchiveFailure.Malformed,
                new() { Encryption = Everything with { OpenText = t => t.Replace("\"bytes\":", "\"bytes\":1", StringComparison.Ordinal) } },
                "Malformed INVENTORY"
            ),
            BadOpen(
                "encrypted-key-traversal",
                "A part's key would lead out of the vault if it became part of a path.",
                ArchiveFailure.Malformed,
                new()
                {
                    Encryption = Secrets,
                    InventoryJson = j => j.Replace("\"key\":\"", "\"key\":\"../../../", StringComparison.Ordinal),
                },
                "Malformed INVENTORY"
            ),
            BadOpen(
                "encrypted-in-version-2",
                "An encrypted part in an inventory of version 2.",
                ArchiveFailure.Malformed,
                new() { Encryption = Secrets, Inventory = i => i with { Version = 2 } },
                "Malformed INVENTORY"
            ),
        ];

    private static string First() => DraftEncryption.Document(1, DraftEncryption.FirstKey, DraftEncryption.RightPassphrase);

    private static string Second() => DraftEncryption.Document(2, DraftEncryption.SecondKey, DraftEncryption.RightPassphrase);

    private static ArchiveVector Locked(string name, string comment, DraftEncryption encryption) =>
        BadOpen(name, comment, ArchiveFailure.Locked, new() { Encryption = encryption }, "Locked keys/");

    /// <param name="documents">Empty ones are left out; the third lies where no key document does.</param>
    private static ArchiveVector BadKeys(string name, string comment, string[] documents, params string[] findings) =>
        BadOpen(
            name,
            comment,
            ArchiveFailure.Locked,
            new()
            {
                Encryption = Everything with { Documents = documents },
                Files = f =>
                {
                    if (documents.Length == 3)
                        f.Blobs["keys/1.json"] = f.Blobs[VaultPaths.Key(3)];
                    for (var i = 0; i < documents.Length; i++)
                    {
                        if (documents[i].Length == 0 || i == 2)
                            f.Blobs.Remove(VaultPaths.Key(i + 1));
                    }
                },
            },
            findings
        );

    /// <summary>Of a part of three frames.</summary>
    private static ArchiveVector BadFrames(string name, string comment, Func<IReadOnlyList<byte[]>, IEnumerable<byte[]>> alter)
    {
        var draft = new VaultDraft();
        string[] large =
        [
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"shop"},"data":{"k":"VALUE"}}""".Replace(
                "VALUE",
                new string('x', 33_000),
                StringComparison.Ordinal
            ),
        ];
        return BadRead(
            name,
            comment,
            ArchiveFailure.DigestMismatch,
            draft with
            {
                Manifests = [large, draft.Manifests[1]],
                Encryption = Everything with { Frames = alter },
            },
            false,
            "DigestMismatch PACK"
        );
    }

    private static byte[] Flipped(byte[] frame)
    {
        var flipped = frame.ToArray();
        flipped[20] ^= 1;
        return flipped;
    }

    private static string Altered(string text, int at) => $"{text[..at]}{(text[at] == 'A' ? 'B' : 'A')}{text[(at + 1)..]}";
}
