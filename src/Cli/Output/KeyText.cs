using System.Globalization;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;

namespace Holdfast.Cli.Output;

/// <summary>A key document as it is shown: nothing of it is secret.</summary>
/// <param name="DataKey">The first digits of its id.</param>
/// <param name="Encrypts"><c>secrets</c> or <c>everything</c>, from this document on.</param>
/// <param name="WrappedWith">A key's URL, or <c>a passphrase</c>.</param>
/// <param name="Opens">By what is at hand.</param>
internal sealed record KeyText(int Number, string Created, string DataKey, string Encrypts, string WrappedWith, bool Opens)
{
    private const int Digits = 12;

    public static KeyText Of(KeyDocument document, bool opens) =>
        new(
            document.Number,
            document.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            document.DataKey.ToString()[..Digits],
            EncryptionScopes.NameOf(document.Encrypts),
            document.Wrap.Key ?? "a passphrase",
            opens
        );
}
