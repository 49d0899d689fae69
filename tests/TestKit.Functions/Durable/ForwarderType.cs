using System.Reflection;
using System.Reflection.Emit;
using Holdfast.TestKit.Functions.Workers;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;

namespace Holdfast.TestKit.Functions.Durable;

/// <summary>
/// Makes the type whose methods the WebJobs host finds: one <c>[FunctionName]</c> method for each orchestrator and activity that a worker
/// declared, each calling <see cref="TaskForwarder"/> with its name.
/// </summary>
internal sealed class ForwarderType(IEnumerable<WorkerFunction> functions) : ITypeLocator
{
    private const string ClientMethod = nameof(DurableClientProbe.Receive);
    private readonly Type made = Make(functions);

    public IReadOnlyList<Type> GetTypes() => [made, typeof(DurableClientProbe)];

    /// <summary>The function through which the extension says what a durable client's binding takes.</summary>
    public static string ClientFunction => $"{nameof(DurableClientProbe)}.{ClientMethod}";

    private static Type Make(IEnumerable<WorkerFunction> functions)
    {
        var assembly = AssemblyBuilder.DefineDynamicAssembly(
            new AssemblyName("Holdfast.TestKit.Functions.Forwarders"),
            AssemblyBuilderAccess.RunAndCollect
        );
        var type = assembly
            .DefineDynamicModule("Forwarders")
            .DefineType("Forwarders", TypeAttributes.Public | TypeAttributes.Sealed, typeof(TaskForwarder));
        DefineConstructor(type);
        foreach (var function in functions)
        {
            if (function.IsOrchestrator)
                DefineForwarder(type, function.Name, "ForwardOrchestratorAsync", typeof(OrchestrationTriggerAttribute), []);
            else if (function.IsActivity)
                DefineForwarder(type, function.Name, "ForwardActivityAsync", typeof(ActivityTriggerAttribute), ["instanceId"]);
        }
        return type.CreateType();
    }

    private static void DefineConstructor(TypeBuilder type)
    {
        var code = type.DefineConstructor(MethodAttributes.Public, CallingConventions.HasThis, [typeof(FunctionsHost)]).GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldarg_1);
        code.Emit(
            OpCodes.Call,
            typeof(TaskForwarder).GetConstructor(BindingFlags.Instance | BindingFlags.NonPublic, [typeof(FunctionsHost)])!
        );
        code.Emit(OpCodes.Ret);
    }

    /// <summary>
    /// <c>[FunctionName(name)] public Task&lt;T&gt; name([Trigger] string context, string more...) => target(name, context, more...);</c>
    /// </summary>
    private static void DefineForwarder(TypeBuilder type, string name, string target, Type trigger, string[] more)
    {
        var called = typeof(TaskForwarder).GetMethod(target, BindingFlags.Instance | BindingFlags.NonPublic)!;
        string[] parameters = ["context", .. more];
        var method = type.DefineMethod(name, MethodAttributes.Public, called.ReturnType, parameters.Select(_ => typeof(string)).ToArray());
        method.SetCustomAttribute(new CustomAttributeBuilder(typeof(FunctionNameAttribute).GetConstructor([typeof(string)])!, [name]));
        foreach (var (index, parameter) in parameters.Index())
            method.DefineParameter(index + 1, ParameterAttributes.None, parameter);
        method
            .DefineParameter(1, ParameterAttributes.None, "context")
            .SetCustomAttribute(new CustomAttributeBuilder(trigger.GetConstructor([])!, []));
        var code = method.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldstr, name);
        for (var index = 1; index <= parameters.Length; index++)
            code.Emit(OpCodes.Ldarg, (short)index);
        code.Emit(OpCodes.Call, called);
        code.Emit(OpCodes.Ret);
    }
}

/// <summary>Receives a durable client's binding, once.</summary>
public static class DurableClientProbe
{
    // As text is how a worker's client gets it; the rule knows functions of one process alone.
#pragma warning disable DF0203
    [NoAutomaticTrigger]
    public static void Receive([DurableClient] string client, TaskCompletionSource<string> received) => received.SetResult(client);
#pragma warning restore DF0203
}
