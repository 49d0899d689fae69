using System.Diagnostics;
using System.Net.Sockets;
using Xunit;

namespace Holdfast.TestKit.Files;

/// <summary>An entry in place of a file that a program expects.</summary>
public enum Irregular
{
    LinkToFile,
    LinkToFolder,
    BrokenLink,
    Pipe,
    Device,
    Socket,
    Folder,
}

/// <summary>Creates such entries in place of files. Unix only.</summary>
public static class IrregularEntry
{
    public static IEnumerable<Irregular> All => Enum.GetValues<Irregular>();

    /// <summary>Entries that aren't files, whether or not links are followed.</summary>
    public static IEnumerable<Irregular> NoFiles => All.Except([Irregular.LinkToFile, Irregular.BrokenLink]);

    /// <param name="instead">What a link to a file leads to; null: a file that can be read.</param>
    public static async Task PutAsync(string path, Irregular kind, string? instead = null)
    {
        File.Delete(path);
        switch (kind)
        {
            case Irregular.LinkToFile:
                File.CreateSymbolicLink(path, instead ?? "/etc/passwd");
                break;
            case Irregular.LinkToFolder:
                File.CreateSymbolicLink(path, "/etc");
                break;
            case Irregular.BrokenLink:
                File.CreateSymbolicLink(path, "/nowhere/at/all");
                break;
            case Irregular.Pipe:
                await RunAsync("mkfifo", path);
                break;
            case Irregular.Device:
                // As /dev/zero is: endless.
                await RunAsync("mknod", path, "c", "1", "5");
                break;
            case Irregular.Socket:
                Bind(path);
                break;
            case Irregular.Folder:
                Directory.CreateDirectory(path);
                break;
        }
    }

    /// <summary>A socket's path must be short: it is made elsewhere and moved.</summary>
    private static void Bind(string path)
    {
        var made = Path.Combine(Path.GetTempPath(), $"s{Guid.NewGuid():n}");
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(made));
            using var move = Process.Start("mv", [made, path]);
            move.WaitForExit();
        }
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Skip.IfNot(process.ExitCode == 0, $"{program} isn't allowed here");
    }
}
