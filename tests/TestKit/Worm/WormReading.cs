using System.Globalization;

namespace Holdfast.TestKit.Worm;

/// <summary>Get Blob and Get Blob Properties.</summary>
internal static class WormReading
{
    public static WormReply Of(WormVersion version, WormRequest request)
    {
        (string, string)[] headers =
        [
            .. WormAccount.Tags(version.ETag, version.Modified),
            ("x-ms-blob-type", "BlockBlob"),
            ("Accept-Ranges", "bytes"),
            ("Content-Type", "application/octet-stream"),
            .. Protection(version),
        ];
        if (request.Method == "HEAD")
            return new(200, [], [.. headers, ("Content-Length", version.Content.Length.ToString(CultureInfo.InvariantCulture))]);
        if ((request.Header("x-ms-range") ?? request.Header("Range")) is not { } range)
            return new(200, version.Content, headers);
        var ends = range["bytes=".Length..].Split('-');
        var from = int.Parse(ends[0], CultureInfo.InvariantCulture);
        var length = version.Content.Length;
        if (from >= length)
            throw new WormException(416, "InvalidRange");
        var to = ends[1].Length == 0 ? length - 1 : Math.Min(length - 1, int.Parse(ends[1], CultureInfo.InvariantCulture));
        return new(
            206,
            version.Content[from..(to + 1)],
            [.. headers, ("Content-Range", string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{to}/{length}"))]
        );
    }

    private static IEnumerable<(string, string)> Protection(WormVersion version)
    {
        if (version.Id is { } id)
            yield return ("x-ms-version-id", id);
        if (version.Until is { } until)
        {
            yield return ("x-ms-immutability-policy-until-date", until.ToString("r", CultureInfo.InvariantCulture));
            yield return ("x-ms-immutability-policy-mode", version.IsLocked ? "locked" : "unlocked");
        }
        if (version.HasLegalHold)
            yield return ("x-ms-legal-hold", "true");
    }
}
