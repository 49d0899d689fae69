using Holdfast.Machine.Faults;
using Holdfast.Machine.Files;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Holdfast.Clusters.Kubeconfigs;

/// <summary>One parsed kubeconfig file; its entries are interpreted when a context is chosen.</summary>
internal sealed class KubeconfigFile
{
    /// <summary>In bytes: a kubeconfig of many thousand clusters is smaller.</summary>
    private const int Largest = 16 << 20;

    private KubeconfigFile(string path, Section root)
    {
        Path = path;
        CurrentContext = root.Text("current-context");
        Clusters = root.Named("clusters", "cluster");
        Users = root.Named("users", "user");
        Contexts = root.Named("contexts", "context");
    }

    public string Path { get; }

    public string? CurrentContext { get; }

    public IReadOnlyDictionary<string, Section> Clusters { get; }

    public IReadOnlyDictionary<string, Section> Users { get; }

    public IReadOnlyDictionary<string, Section> Contexts { get; }

    /// <summary>Null, with a problem added, for a file that can't be read.</summary>
    public static KubeconfigFile? Read(string path, List<string> problems)
    {
        try
        {
            using var text = new StringReader(RegularFile.ReadText(path, Largest));
            return Parse(path, text, problems);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            problems.Add($"{path}: the file doesn't exist. Check --kubeconfig");
        }
        catch (IrregularFileException e)
        {
            problems.Add($"{e.Message}. Write the kubeconfig into a file, and name that with --kubeconfig");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{path}: can't be read ({e.Message}). Check its permissions");
        }
        return null;
    }

    /// <summary>Null, with a problem added, if it isn't a kubeconfig.</summary>
    public static KubeconfigFile? Parse(string path, TextReader text, List<string> problems)
    {
        try
        {
            var yaml = new YamlStream();
            yaml.Load(new ShallowParser(new Parser(text)));
            switch (yaml.Documents)
            {
                case []:
                    return new(path, new(path, "", new()));
                case [{ RootNode: YamlMappingNode root }, ..]:
                    return new(path, new(path, "", root));
                default:
                    problems.Add(
                        $"{path}:1: isn't a kubeconfig: a mapping with clusters, users and contexts is expected. "
                            + $"{(System.IO.Path.IsPathRooted(path) ? "Name another file with --kubeconfig" : "Store a kubeconfig there")}"
                    );
                    return null;
            }
        }
        catch (YamlException e)
        {
            // The parser's message may quote the file, and so a token: only the place is reported.
            var isOurs = e.Message is ShallowParser.TooDeep or ShallowParser.KeyIsNoText or ShallowParser.HasNull;
            var what = isOurs ? e.Message : "is not valid YAML";
            problems.Add($"{path}:{e.Start.Line}: {what} at column {e.Start.Column}. Correct it, or fetch the kubeconfig again");
            return null;
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            // the library's own checks miss a few texts
            problems.Add($"{path}: is not valid YAML. Correct it, or fetch the kubeconfig again");
            return null;
        }
    }
}
