using System.Text.Json;
using Holdfast.Control;
using Holdfast.Machine.Faults;

namespace Holdfast.Functions.Scheduling;

/// <summary>Clears notes away that have a time (<c>at</c>) and no use after it.</summary>
internal static class ExpiredNotes
{
    /// <summary>So that a timer's turn stays short; the next turn continues.</summary>
    private const int MostATurn = 1000;

    public static Task ClearAsync(IDocumentStore control, string folder, DateTimeOffset before, CancellationToken cancellation) =>
        OneByOne.DoAsync(
            control.ListAsync(folder, null, cancellation).Take(MostATurn),
            async path =>
            {
                if (await control.ReadAsync(path, cancellation) is { } stored && TimeOf(stored.Content) < before)
                    await control.DeleteAsync(path, stored.ETag, cancellation);
            },
            cancellation
        );

    /// <summary>What can't be read has no time to wait for.</summary>
    internal static DateTimeOffset TimeOf(ReadOnlyMemory<byte> content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            return document.RootElement.GetProperty("at").GetDateTimeOffset();
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            return default;
        }
    }
}
