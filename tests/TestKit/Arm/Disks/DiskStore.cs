using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;

namespace Holdfast.TestKit.Arm.Disks;

/// <summary>What disks and snapshots have in common: their content, and its addresses.</summary>
public sealed class DiskStore(ArmServer server)
{
    /// <summary>Of the contract of disks and snapshots that was read: https://github.com/Azure/azure-rest-api-specs, DiskRP.</summary>
    public static readonly IReadOnlyList<string> ApiVersions = ["2024-03-02", "2023-10-02", "2023-04-02", "2022-07-02"];

    private readonly ConcurrentDictionary<string, DiskContent> contents = new(StringComparer.OrdinalIgnoreCase);

    public DiskEndpoint Endpoint { get; } = new(server);

    /// <summary>Of a disk or snapshot, by id. A test may write to a disk's.</summary>
    public DiskContent ContentOf(string id) => contents[id];

    internal void Keep(string id, DiskContent content) => contents[id] = content;

    internal void Drop(string id)
    {
        contents.TryRemove(id, out _);
        Endpoint.Revoke(id);
    }

    /// <summary>How long a signature may last: 60 days. https://learn.microsoft.com/azure/virtual-machines/linux/download-vhd</summary>
    private const int MostSeconds = 5_184_000;

    /// <summary>Adds disks and snapshots to a server.</summary>
    public static (ManagedDisks Disks, DiskSnapshots Snapshots) AddTo(ArmServer server)
    {
        var store = new DiskStore(server);
        server.Serve(store.Endpoint.AnswerAsync);
        return (server.Add(new ManagedDisks(store)), server.Add(new DiskSnapshots(store)));
    }

    /// <summary>
    /// beginGetAccess: an operation whose result, an <c>accessSAS</c>, is at its <c>Location</c>. A second one while the first is active is
    /// answered with the same kind of result here; that a real one gives the same address again isn't published.
    /// </summary>
    internal ArmReply Begin(ArmRequest request, JsonObject resource, string region, string state, bool canWrite)
    {
        var body = request.RequireBody();
        if ((int?)body["durationInSeconds"] is not { } seconds || seconds is <= 0 or > MostSeconds)
            throw new ArmException(400, "InvalidParameter", "The value of parameter durationInSeconds is invalid.");
        var id = (string)resource["id"]!;
        var properties = (JsonObject)resource["properties"]!;
        Uri? url = null;
        return server.Operations.Begin(
            request,
            region,
            resource,
            Open,
            null,
            202,
            () => new JsonObject { ["accessSAS"] = url!.AbsoluteUri }
        );

        void Open()
        {
            var content = canWrite ? ContentOf(id) : WithFooter(ContentOf(id));
            url = Endpoint.Open(id, content, canWrite, TimeSpan.FromSeconds(seconds));
            properties["diskState"] = state;
        }
    }

    /// <summary>endGetAccess; one that nothing was begun before is answered alike.</summary>
    internal ArmReply End(ArmRequest request, JsonObject resource, string region, Action ended)
    {
        var id = (string)resource["id"]!;
        return server.Operations.Begin(
            request,
            region,
            resource,
            () =>
            {
                Endpoint.Revoke(id);
                ended();
            },
            null,
            202
        );
    }

    /// <summary>
    /// The code isn't published; the text is that of https://learn.microsoft.com/azure/virtual-machines/windows/download-vhd
    /// </summary>
    internal void RefuseWhileOpen(string id)
    {
        if (Endpoint.HasActive(id))
            throw new ArmException(
                409,
                "OperationNotAllowed",
                $"There is an active shared access signature outstanding for disk {id[(id.LastIndexOf('/') + 1)..]}. "
                    + "Call EndGetAccess before attaching or deleting the disk."
            );
    }

    /// <summary>As it is exported: a fixed VHD, whose footer begins with its cookie. The rest of the footer is left empty here.</summary>
    private static DiskContent WithFooter(DiskContent content)
    {
        var exported = content.Copy(content.Length + DiskContent.Page);
        var footer = new byte[DiskContent.Page];
        Encoding.ASCII.GetBytes("conectix").CopyTo(footer, 0);
        exported.Write(content.Length, footer);
        return exported;
    }
}
