package io.sommelier.shell;

import io.sommelier.api.admin.ControllerAdmin;
import io.sommelier.api.admin.DrainEnd;
import io.sommelier.api.admin.DrainOrder;
import io.sommelier.api.admin.DrainReport;
import java.io.PrintStream;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.apache.karaf.shell.support.table.ShellTable;

/** Orders one drain, waits for its report, which the limit bounds, and prints it. Confined to the thread that orders; an interrupt ends the wait, and not the drain. */
final class Draining {
    private final ControllerAdmin admin;
    private final PrintStream out;
    private final boolean inColumns;

    Draining(ControllerAdmin admin, PrintStream out, boolean inColumns) {
        this.admin = admin;
        this.out = out;
        this.inColumns = inColumns;
    }

    /** What is drained; empty when it is not there. */
    private interface Drain {
        Optional<CompletionStage<DrainReport>> begin(DrainOrder order);
    }

    /** Says whether every command finished. */
    boolean channel(String channelId, String limit, boolean stayAway) throws InterruptedException {
        return drain(
                order -> admin.drainChannel(channelId, order), "no channel has the id " + channelId, limit, stayAway);
    }

    /** The same for the members of a target. */
    boolean target(String targetId, String limit, boolean stayAway) throws InterruptedException {
        return drain(order -> admin.drainTarget(targetId, order), "no target is called " + targetId, limit, stayAway);
    }

    /** The same for the controller. */
    boolean controller(String limit, boolean stayAway) throws InterruptedException {
        return drain(order -> Optional.of(admin.drainController(order)), "", limit, stayAway);
    }

    /** Always true, but when it cannot be resumed any more. */
    boolean resume() {
        try {
            out.println(
                    admin.resume()
                            ? "the controller takes commands and connectors again"
                            : "the controller was not drained");
            return true;
        } catch (IllegalStateException stopping) {
            out.println(stopping.getMessage());
            return false;
        }
    }

    private boolean drain(Drain drain, String notThere, String limit, boolean stayAway) throws InterruptedException {
        try {
            DrainOrder order = DrainOrder.usual().stayingAway(stayAway);
            Optional<CompletionStage<DrainReport>> drained =
                    drain.begin(limit == null ? order : order.within(Span.parse("--limit", limit)));
            if (drained.isEmpty()) {
                out.println(notThere);
                return false;
            }
            DrainReport report = drained.get().toCompletableFuture().get();
            print(report);
            return report.unfinishedCount() == 0 && report.end() != DrainEnd.LIMIT;
        } catch (IllegalArgumentException | IllegalStateException refused) {
            out.println(refused.getMessage());
            return false;
        } catch (ExecutionException failure) {
            out.println(failure.getCause());
            return false;
        }
    }

    private void print(DrainReport report) {
        if (!inColumns) {
            out.println("the " + report.what() + " is drained, " + report.end() + " after " + Span.of(report.took())
                    + ": " + report.finished() + " commands finished, " + report.unfinishedCount() + " did not "
                    + report.unfinished());
        }
        channels(report).print(out, !inColumns);
        if (!report.commands().isEmpty()) {
            out.println();
            commands(report).print(out, !inColumns);
        }
    }

    private static ShellTable channels(DrainReport report) {
        ShellTable table = new ShellTable();
        table.column("Id").alignRight();
        table.column("Instance");
        table.column("End");
        table.column("Took").alignRight();
        table.column("Finished").alignRight();
        table.column("Handed on").alignRight();
        table.column("Unfinished").alignRight();
        table.column("Sent, finished").alignRight();
        table.column("Sent, unfinished").alignRight();
        table.emptyTableText("no channel was drained");
        for (DrainReport.ChannelReport channel : report.channels()) {
            table.addRow()
                    .addContent(
                            channel.channelId(),
                            channel.instance(),
                            channel.end(),
                            Span.of(channel.took()),
                            channel.toFinished(),
                            channel.handedOn(),
                            channel.toUnfinished(),
                            channel.fromFinished(),
                            channel.fromUnfinished());
        }
        return table;
    }

    private static ShellTable commands(DrainReport report) {
        ShellTable table = new ShellTable();
        table.column("Did not finish");
        table.column("Target");
        table.column("Operation");
        table.column("Outcome");
        table.column("Member");
        table.column("Source");
        for (DrainReport.Unfinished command : report.commands()) {
            table.addRow()
                    .addContent(
                            command.id(),
                            command.target(),
                            command.operation(),
                            command.outcome(),
                            command.member(),
                            command.source());
        }
        return table;
    }
}
