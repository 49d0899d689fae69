using Holdfast.Cli.Configuration;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Verbs;

internal sealed class ConfigShowVerb() : Verb("show", "Show each setting's value and where it comes from, without secrets", "text", "json")
{
    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast config show", "Which vault and which cluster the other verbs use, and why"),
            new("holdfast config show --profile prod -o json | jq -r '.settings[] | select(.setting == \"vault\").value'", "For a script"),
        ];

    public override Task<ExitCode> RunAsync(Invocation invocation)
    {
        var settings = Setting.All.Select(setting => Of(invocation, setting)).Concat(Secrets()).ToArray();
        var configuration = invocation.Configuration;
        if (invocation.Json)
            invocation.Screen.Json(new(configuration.File?.Path, configuration.Profile, settings), OutputJson.Plain.ConfigurationDocument);
        else
            Print(invocation, settings);
        return Task.FromResult(ExitCode.Done);
    }

    private static void Print(Invocation invocation, SettingDocument[] settings)
    {
        var (file, profile) = (invocation.Configuration.File, invocation.Configuration.Profile);
        invocation.Screen.Note(
            file is null
                ? $"no configuration file; its place is {ConfigurationFile.DefaultPath}"
                : $"configuration file {file.Path}{(profile is null ? "" : $", profile {profile}")}"
        );
        var table = new Table("SETTING", "VALUE", "FROM");
        foreach (var setting in settings)
            table.Add(setting.Setting, setting.Value ?? "", setting.Where ?? setting.From ?? "");
        table.Print(invocation.Screen);
    }

    private static SettingDocument Of(Invocation invocation, Setting setting)
    {
        if (setting.Option is { } option && invocation.GivenFor(option) is { } given)
            return new(setting.Member, SettingValue.WithoutSecret(given), "option", option);
        if (invocation.Configuration.Used.TryGetValue(setting, out var value))
            return new(setting.Member, value.Text, "file", $"{invocation.Configuration.File!.Path}:{value.Line}");
        return setting.FromEnvironment() is { } variable
            ? new(setting.Member, variable.Shown, "environment", variable.Name)
            : new(setting.Member, setting.Default, setting.Default is null ? null : "default", null);
    }

    /// <summary>Those that are set and of no setting above.</summary>
    private static IEnumerable<SettingDocument> Secrets() =>
        Setting
            .Secrets.Where(s => !Setting.All.Any(setting => setting.Variables.Contains(s.Variable)))
            .Where(s => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(s.Variable)))
            .Select(s => new SettingDocument(s.Member, Setting.Redacted, "environment", s.Variable));
}
