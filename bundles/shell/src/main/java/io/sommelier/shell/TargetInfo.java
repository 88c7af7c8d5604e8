package io.sommelier.shell;

import io.sommelier.api.admin.ControllerAdmin;
import io.sommelier.api.admin.HealthView;
import io.sommelier.api.admin.LatencyView;
import io.sommelier.api.admin.OutcomeCount;
import io.sommelier.api.admin.TargetView;
import io.sommelier.api.admin.TargetView.MemberView;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.table.ShellTable;

/** {@code sommelier:target-info}. */
@Service
@Command(
        scope = "sommelier",
        name = "target-info",
        description =
                "Shows the members of a target, how its commands ended, and how long they took in the last minute.")
public final class TargetInfo implements Action {
    @Reference
    private ControllerAdmin admin;

    @Argument(name = "target", required = true, description = "The target")
    @Completion(TargetCompleter.class)
    private String targetId;

    @Option(name = "--no-format", description = "Print no tables, only columns")
    private boolean noFormat;

    @Override
    public Object execute() {
        Optional<TargetView> target = admin.targets().stream()
                .filter(one -> one.targetId().equals(targetId))
                .findFirst();
        if (target.isEmpty()) {
            System.out.println("no target is called " + targetId);
            return null;
        }
        members(target.get()).print(System.out, !noFormat);
        System.out.println();
        outcomes().print(System.out, !noFormat);
        System.out.println();
        LatencyList.table(admin.latencies(targetId), LatencyView::recent).print(System.out, !noFormat);
        return null;
    }

    private static ShellTable members(TargetView target) {
        ShellTable table = new ShellTable();
        table.column("Instance");
        table.column("State");
        table.column("In flight").alignRight();
        table.column("Capacity").alignRight();
        table.column("Operations");
        table.column("Health");
        table.emptyTableText("no member is here");
        for (MemberView member : target.members()) {
            table.addRow()
                    .addContent(
                            member.instance(),
                            stateOf(member),
                            member.inFlight(),
                            member.capacity(),
                            String.join(" ", member.operations()),
                            HealthColumn.of(member.health()));
        }
        return table;
    }

    private static String stateOf(MemberView member) {
        if (member.health().state() == HealthView.State.DOWN) {
            return "down";
        }
        return member.available() ? "available" : "busy or leaving";
    }

    private ShellTable outcomes() {
        ShellTable table = new ShellTable();
        table.column("Operation");
        table.column("Ended");
        table.column("Commands").alignRight();
        table.emptyTableText("no command has ended");
        for (OutcomeCount row : admin.outcomes()) {
            if (row.targetId().equals(targetId)) {
                table.addRow().addContent(row.operation(), row.end(), row.count());
            }
        }
        return table;
    }
}
