package io.sommelier.bench.rows;

import io.sommelier.bench.party.LoadShape;
import io.sommelier.bench.party.Over;
import io.sommelier.bench.stats.Sample;
import java.util.List;

/** All rows there are, with their aims. */
public final class Catalogue {
    private static final int PARTS_OF_A_STREAM = 1000;
    private static final int MANY = 10_000;

    private Catalogue() {}

    /** The rows, in those groups that are measured together, in the order of the report. */
    public static List<Scenario> scenarios() {
        Aim fastCall = Aim.atMost("p50 <= 5 us", Sample::p50Micros, 5);
        Aim smallCall = Aim.atMost("allocated <= 1024 B", Sample::allocatedBytes, 1024);
        Aim rate = Aim.rateOfBaseline(0.7);
        MemoryScenario.Bound heapOfOne = new MemoryScenario.Bound("heap_each_kb", 10);
        Aim rateOfWebSocket = Aim.rateOfBaseline(0.8);
        Aim asPlain = Aim.rateOfBaseline(0.95);
        Aim latency = Aim.p50OfBaseline(1.3);
        Aim handOff = Aim.p50OfBaseline(1.5);
        Aim handOffs = Aim.timeOfBaseline(1.5);
        return List.of(
                inJvm("direct", new Row("jvm-direct-1-256", LoadShape.single(1, 256), fastCall, smallCall)),
                inJvm("direct", new Row("jvm-direct-1-4096", LoadShape.single(1, 4096), fastCall, smallCall)),
                inJvm("executor", new Row("jvm-executor-1-256", LoadShape.single(1, 256), handOff)),
                inJvm("executor", new Row("jvm-executor-1-4096", LoadShape.single(1, 4096), handOff)),
                inJvm("executor", new Row("jvm-executor-64-256", LoadShape.single(64, 256), handOffs)),
                inJvm("executor", new Row("jvm-executor-64-4096", LoadShape.single(64, 4096), handOffs)),
                routed(new Row("tcp-1-256", LoadShape.single(1, 256), latency)),
                routed(new Row("tcp-1-4096", LoadShape.single(1, 4096), latency)),
                routed(new Row("tcp-64-256", LoadShape.single(64, 256), rate)),
                routed(new Row("tcp-64-4096", LoadShape.single(64, 4096), rate)),
                routed(Over.TLS, Over.TLS, new Row("tls-1-256", LoadShape.single(1, 256), latency)),
                routed(Over.TLS, Over.TLS, new Row("tls-64-256", LoadShape.single(64, 256), rate)),
                routed(Over.TLS, Over.TLS, new Row("tls-64-4096", LoadShape.single(64, 4096), rate)),
                webSocket(new Row("websocket-1-256", LoadShape.single(1, 256), latency)),
                webSocket(new Row("websocket-64-256", LoadShape.single(64, 256), rateOfWebSocket)),
                webSocket(new Row("websocket-64-4096", LoadShape.single(64, 4096), rateOfWebSocket)),
                routed(Over.JSON, Over.WEBSOCKET, new Row("json-1-256", LoadShape.single(1, 256))),
                routed(Over.JSON, Over.WEBSOCKET, new Row("json-64-256", LoadShape.single(64, 256))),
                routed(Over.JSON, Over.WEBSOCKET, new Row("json-64-4096", LoadShape.single(64, 4096))),
                assembly(new Row("assembly-tcp-1-256", LoadShape.single(1, 256), asPlain)),
                assembly(new Row("assembly-tcp-1-4096", LoadShape.single(1, 4096), asPlain)),
                assembly(new Row("assembly-tcp-64-256", LoadShape.single(64, 256), asPlain)),
                assembly(new Row("assembly-tcp-64-4096", LoadShape.single(64, 4096), asPlain)),
                http("http-1-256", LoadShape.single(1, 256)),
                http("http-1-4096", LoadShape.single(1, 4096)),
                http("http-64-256", LoadShape.single(64, 256)),
                http("http-64-4096", LoadShape.single(64, 4096)),
                waiting("no", new Row("mailbox-1000-256", LoadShape.single(1000, 256))),
                waiting("yes", new Row("durable-1-256", LoadShape.single(1, 256))),
                waiting("yes", new Row("durable-64-256", LoadShape.single(64, 256))),
                waiting("yes", new Row("durable-64-4096", LoadShape.single(64, 4096))),
                new RateScenario(
                        List.of(new Row("assembly-durable-64-256", LoadShape.single(64, 256))), new DurableSetting()),
                new StartScenario("start", 12, 120),
                routed(new Row("stream-1-256", LoadShape.streams(1, 256, PARTS_OF_A_STREAM))),
                routed(new Row("stream-1-4096", LoadShape.streams(1, 4096, PARTS_OF_A_STREAM))),
                routed(new Row("stream-16-256", LoadShape.streams(16, 256, PARTS_OF_A_STREAM))),
                routed(new Row("stream-16-4096", LoadShape.streams(16, 4096, PARTS_OF_A_STREAM))),
                channels("channels", new SommelierSide(), new RelaySide()),
                channels("assembly-channels", new AssemblySide(), new SommelierSide()),
                targets(),
                spread(),
                new MemoryScenario(
                        "idle-" + MANY,
                        MANY,
                        "192m", // as somebody would bound it who wants the whole process to stay within the aim
                        new SommelierSide(),
                        new RelaySide(),
                        List.of(new MemoryScenario.Bound("resident_mb", 300), heapOfOne)),
                new MemoryScenario(
                        "assembly-idle-" + MANY,
                        MANY,
                        Resources.MAX_HEAP,
                        new AssemblySide(),
                        new SommelierSide(),
                        List.of(heapOfOne)));
    }

    private static Scenario inJvm(String handler, Row row) {
        return new RateScenario(List.of(row), (rows, plan, resources) -> {
            String[] arguments = row.shape().toArguments("--handler", handler);
            return List.of(new RateScenario.Pair(
                    new Alone(resources.start("in-jvm", arguments)), new Alone(resources.start("bare", arguments))));
        });
    }

    private static Scenario routed(Row row) {
        return routed(Over.TCP, Over.TCP, row);
    }

    private static Scenario webSocket(Row row) {
        return routed(Over.WEBSOCKET, Over.WEBSOCKET, row);
    }

    private static Scenario routed(Over ours, Over baseline, Row row) {
        return new RateScenario(
                List.of(row),
                (rows, plan, resources) -> List.of(new RateScenario.Pair(
                        new SommelierSide(ours).open(row.shape(), plan, resources),
                        new RelaySide(baseline).open(row.shape(), plan, resources))));
    }

    /** The assembly beside the controller in a plain JVM. */
    private static Scenario assembly(Row row) {
        return new RateScenario(
                List.of(row),
                (rows, plan, resources) -> List.of(new RateScenario.Pair(
                        new AssemblySide().open(row.shape(), plan, resources),
                        new SommelierSide().open(row.shape(), plan, resources))));
    }

    /** One row beside a bare HTTP server, and one beside plain Camel; our own side is the same. */
    private static Scenario http(String name, LoadShape shape) {
        return new RateScenario(
                List.of(
                        new Row(name, shape, Aim.rateOfBaseline(0.4)),
                        new Row(name + "-camel", shape, Aim.rateOfBaseline(10))),
                new HttpSetting());
    }

    /** Commands through a mailbox, in one JVM with the broker, beside the messages of a bare queue in the like. */
    private static Scenario waiting(String durable, Row row) {
        return new RateScenario(List.of(row), (rows, plan, resources) -> {
            String[] arguments = row.shape().toArguments("--durable", durable);
            return List.of(new RateScenario.Pair(
                    new Alone(resources.start("mailbox", arguments)), new Alone(resources.start("queue", arguments))));
        });
    }

    /** One target does the work; the others are idle members of one other target. */
    private static Scenario channels(String name, Side ours, Side baseline) {
        LoadShape shape = LoadShape.single(64, 256);
        List<Aim> asOne = List.of(Aim.rateOfRow(name + "-1", 0.9));
        return new RateScenario(
                List.of(
                        new Row(name + "-1", shape, 1, List.of()),
                        new Row(name + "-100", shape, 100, asOne),
                        new Row(name + "-" + MANY, shape, MANY, asOne)),
                new CrowdSetting(ours, baseline, true));
    }

    /** One target does the work; each of the others is the one member of a target of its own. */
    private static Scenario targets() {
        LoadShape shape = LoadShape.single(64, 256);
        return new RateScenario(
                List.of(
                        new Row("targets-1", shape, 1, List.of()),
                        new Row("targets-" + MANY, shape, MANY, List.of(Aim.rateOfRow("targets-1", 0.9)))),
                new CrowdSetting(new SommelierSide(), new RelaySide(), false));
    }

    /** All work: the commands go round the members of one target, or round targets with one member each. */
    private static Scenario spread() {
        return new RateScenario(
                List.of(
                        new Row("spread-members-" + MANY, LoadShape.single(64, 256), MANY, List.of()),
                        new Row(
                                "spread-targets-" + MANY,
                                LoadShape.single(64, 256).among(MANY),
                                MANY,
                                List.of(Aim.rateOfRow("spread-members-" + MANY, 0.9)))),
                new SpreadSetting());
    }
}
