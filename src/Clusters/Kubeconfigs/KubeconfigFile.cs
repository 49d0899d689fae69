using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Holdfast.Clusters.Kubeconfigs;

/// <summary>One kubeconfig file, parsed; what its entries mean is read when one is chosen.</summary>
internal sealed class KubeconfigFile
{
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
            using var text = File.OpenText(path);
            var yaml = new YamlStream();
            yaml.Load(text);
            return yaml.Documents switch
            {
                [] => new(path, new(path, "", new())),
                [{ RootNode: YamlMappingNode root }, ..] => new(path, new(path, "", root)),
                _ => Refuse($"{path}:1: is no kubeconfig: a mapping with clusters, users and contexts is expected. Name another file with --kubeconfig"),
            };
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Refuse($"{path}: there is no such file. Check --kubeconfig");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Refuse($"{path}: can't be read ({e.Message}). Check its permissions");
        }
        catch (YamlException e)
        {
            // The parser's message may quote the file, and so a token: only the place is told.
            return Refuse($"{path}:{e.Start.Line}: is not valid YAML at column {e.Start.Column}. Correct it, or fetch the kubeconfig again");
        }

        KubeconfigFile? Refuse(string problem)
        {
            problems.Add(problem);
            return null;
        }
    }
}
