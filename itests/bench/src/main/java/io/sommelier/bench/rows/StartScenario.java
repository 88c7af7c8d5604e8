package io.sommelier.bench.rows;

import io.sommelier.bench.core.Probe;
import io.sommelier.bench.karaf.AssemblyProcess;
import io.sommelier.bench.stats.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How long it takes from the start of the assembly, freshly unpacked, to its first reply, over TCP and over HTTP, beside
 * the controller in a plain JVM; and how large the archive is. The probe that asks is there before.
 *
 * @param name the row
 * @param mostSeconds what the first reply over HTTP should take
 * @param mostMegabytes what the archive should have
 */
record StartScenario(String name, double mostSeconds, double mostMegabytes) implements Scenario {
    private static final double SECOND = 1e9;
    private static final double MEGABYTE = 1e6;

    @Override
    public List<String> rows() {
        return List.of(name);
    }

    @Override
    public List<RowResult> run(Plan plan) {
        List<Double> overTcp = new ArrayList<>();
        List<Double> overHttp = new ArrayList<>();
        List<Double> plain = new ArrayList<>();
        for (int round = 0; round < plan.rounds(); round++) {
            try (Resources resources = new Resources()) {
                assembly(plan, resources, overTcp, overHttp);
            }
            try (Resources resources = new Resources()) {
                plain.add(plain(resources));
            }
        }
        double firstReply = Statistics.median(overHttp);
        double packed = plan.assembly().toFile().length() / MEGABYTE;
        Map<String, Double> figures = RowResult.withoutRate();
        figures.put("first_http_reply_s", firstReply);
        figures.put("first_reply_s", Statistics.median(overTcp));
        figures.put("baseline_first_reply_s", Statistics.median(plain));
        figures.put("archive_mb", packed);
        double spread = Statistics.spread(overHttp);
        figures.put("spread", spread);
        figures.put("baseline_spread", Statistics.spread(plain));
        figures.put("rounds", (double) plan.rounds());
        return List.of(new RowResult(
                name,
                0,
                0,
                figures,
                spread <= RowResult.MOST_SPREAD ? "" : String.format("starts lie %.0f %% apart", spread * 100),
                List.of(
                        new Verdict("first reply <= " + mostSeconds + " s", firstReply, firstReply <= mostSeconds),
                        new Verdict("packed <= " + mostMegabytes + " MB", packed, packed <= mostMegabytes))));
    }

    private static void assembly(Plan plan, Resources resources, List<Double> overTcp, List<Double> overHttp) {
        AssemblyProcess assembly = resources.unpack(plan);
        try (Probe probe = new Probe(assembly.tcpPort())) {
            assembly.start(Resources.MAX_HEAP);
            overTcp.add(assembly.awaitReply(probe) / SECOND);
            overHttp.add(assembly.awaitHttpReply(probe) / SECOND);
        }
    }

    private static double plain(Resources resources) {
        long started = System.nanoTime();
        int port = resources.start("controller").port();
        try (Probe probe = new Probe(port)) {
            while (!probe.isAnswered()) {
                Pause.millis(1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        return (System.nanoTime() - started) / SECOND;
    }
}
