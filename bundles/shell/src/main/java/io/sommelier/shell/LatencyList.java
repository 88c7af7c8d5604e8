package io.sommelier.shell;

import io.sommelier.api.admin.ControllerAdmin;
import io.sommelier.api.admin.LatencyView;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.table.ShellTable;

/** {@code sommelier:latency-list}. */
@Service
@Command(
        scope = "sommelier",
        name = "latency-list",
        description =
                "Lists how long commands took from their submission to their end, or to the first part of the reply.")
public final class LatencyList implements Action {
    @Reference
    private ControllerAdmin admin;

    @Argument(name = "target", description = "Only the operations of that target")
    @Completion(TargetCompleter.class)
    private String targetId;

    @Option(name = "--since-start", description = "All since the controller started, not those of the last minute")
    private boolean sinceStart;

    @Option(name = "--first-part", description = "To the first part of a reply, of those that are streamed")
    private boolean firstPart;

    @Option(name = "--no-format", description = "Print no table, only columns")
    private boolean noFormat;

    @Override
    public Object execute() {
        table(targetId == null ? admin.latencies() : admin.latencies(targetId), which(sinceStart, firstPart))
                .print(System.out, !noFormat);
        return null;
    }

    static Function<LatencyView, LatencyView.Times> which(boolean sinceStart, boolean firstPart) {
        if (firstPart) {
            return sinceStart ? LatencyView::firstPartSinceStart : LatencyView::recentFirstPart;
        }
        return sinceStart ? LatencyView::sinceStart : LatencyView::recent;
    }

    static ShellTable table(List<LatencyView> latencies, Function<LatencyView, LatencyView.Times> which) {
        ShellTable table = new ShellTable();
        table.column("Target");
        table.column("Operation");
        table.column("Commands").alignRight();
        table.column("Half").alignRight();
        table.column("90 %").alignRight();
        table.column("99 %").alignRight();
        table.column("99.9 %").alignRight();
        table.column("Longest").alignRight();
        table.emptyTableText("no member had a command that has ended");
        for (LatencyView view : latencies) {
            LatencyView.Times times = which.apply(view);
            table.addRow()
                    .addContent(
                            view.targetId(),
                            view.operation().isEmpty() ? "(all)" : view.operation(),
                            count(view, times),
                            time(times, times.p50()),
                            time(times, times.p90()),
                            time(times, times.p99()),
                            time(times, times.p999()),
                            time(times, times.max()));
        }
        return table;
    }

    private static String count(LatencyView view, LatencyView.Times times) {
        if (view.isKept()) {
            return String.valueOf(times.count());
        }
        return view.operation().isEmpty() ? ">= " + times.count() : "not kept";
    }

    private static String time(LatencyView.Times times, Duration time) {
        return times.count() == 0 ? "-" : Span.brief(time);
    }
}
