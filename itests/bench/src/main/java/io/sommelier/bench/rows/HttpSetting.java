package io.sommelier.bench.rows;

import io.sommelier.bench.core.Names;
import io.sommelier.bench.core.Probe;
import io.sommelier.bench.karaf.AssemblyProcess;
import io.sommelier.bench.party.LoadShape;
import io.sommelier.bench.party.PartyProcess;
import java.util.List;

/**
 * HTTP to the gateway in the assembly, from there to a connector and back: for the first row beside a bare HTTP server,
 * for the second beside plain Camel with a queue and a worker. All three have the same requester.
 */
final class HttpSetting implements RateScenario.Setting {
    @Override
    public List<RateScenario.Pair> open(List<Row> rows, Plan plan, Resources resources) {
        LoadShape shape = rows.get(0).shape();
        Subject ours = gateway(shape, plan, resources);
        return List.of(
                new RateScenario.Pair(ours, echo(shape, resources)),
                new RateScenario.Pair(ours, camel(shape, resources)));
    }

    private static Subject gateway(LoadShape shape, Plan plan, Resources resources) {
        AssemblyProcess assembly = resources.assembly(plan, Resources.MAX_HEAP);
        try (Probe probe = new Probe(assembly.tcpPort())) {
            assembly.awaitHttpReply(probe);
        }
        Middle middle = AssemblySide.middle(assembly);
        PartyProcess responder = new SommelierSide().responder(middle, shape, resources);
        String path = Names.path(Names.target(shape.firstResponder()));
        return new Topology(middle, responder, requester(assembly.httpPort(), path, shape, resources));
    }

    static Subject echo(LoadShape shape, Resources resources) {
        PartyProcess server = resources.start("http-echo");
        return new Topology(new StartedMiddle(server), List.of(), requester(server.port(), "/echo", shape, resources));
    }

    static Subject camel(LoadShape shape, Resources resources) {
        PartyProcess camel = resources.start("camel");
        PartyProcess worker = resources.start("camel-worker", "--broker", "127.0.0.1:" + camel.ask("broker"));
        return new Topology(new StartedMiddle(camel), worker, requester(camel.port(), "/command", shape, resources));
    }

    private static PartyProcess requester(int port, String path, LoadShape shape, Resources resources) {
        return resources.start("http-requester", shape.toArguments("--server", "127.0.0.1:" + port, "--path", path));
    }
}
