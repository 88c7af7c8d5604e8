package io.sommelier.shell;

import io.sommelier.api.admin.ControllerAdmin;
import io.sommelier.api.admin.TargetView;
import io.sommelier.api.admin.TargetView.MemberView;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.table.ShellTable;

/** {@code sommelier:target-list}. */
@Service
@Command(scope = "sommelier", name = "target-list", description = "Lists the known targets.")
public final class TargetList implements Action {
    @Reference
    private ControllerAdmin admin;

    @Option(name = "--no-format", description = "Print no table, only columns")
    private boolean noFormat;

    @Override
    public Object execute() {
        ShellTable table = new ShellTable();
        table.column("Target");
        table.column("Members").alignRight();
        table.column("Available").alignRight();
        table.column("In flight").alignRight();
        table.emptyTableText("no target is known");
        for (TargetView target : admin.targets()) {
            table.addRow()
                    .addContent(
                            target.targetId(),
                            target.members().size(),
                            target.members().stream()
                                    .filter(MemberView::available)
                                    .count(),
                            target.members().stream()
                                    .mapToInt(MemberView::inFlight)
                                    .sum());
        }
        table.print(System.out, !noFormat);
        return null;
    }
}
