using System.IO.Compression;
using System.Text;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.TestKit.Stores;

namespace Holdfast.Archive.Tests.Packing;

/// <summary>Reads packs as a user without Holdfast would.</summary>
internal static class Gunzip
{
    public static string Text(byte[] gzip)
    {
        using var input = new GZipStream(new MemoryStream(gzip), CompressionMode.Decompress);
        using var output = new MemoryStream();
        input.CopyTo(output);
        return Encoding.UTF8.GetString(output.ToArray());
    }

    public static async Task<string> TextAsync(IBlobStore store, string path) => Text((await store.ReadAsync(path, null, default))!);

    public static async Task<string> AllPacksAsync(IBlobStore store)
    {
        var text = new StringBuilder();
        await foreach (var pack in store.ListAsync(VaultPaths.Packs(SamplePoint.Cluster), default))
            text.Append(await TextAsync(store, pack.Path));
        return text.ToString();
    }

    public static async Task<string> PartsAsync(IBlobStore store, IEnumerable<Part> parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
            text.Append(
                Text(
                    (
                        await store.ReadRangeAsync(
                            VaultPaths.Pack(SamplePoint.Cluster, part.Pack),
                            part.PackVersion,
                            part.Offset,
                            (int)part.Length,
                            default
                        )
                    )!
                )
            );
        return text.ToString();
    }
}
