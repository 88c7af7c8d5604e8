package io.sommelier.controller;

import io.sommelier.api.Outcome;
import io.sommelier.api.admin.ControllerAdmin;
import io.sommelier.api.admin.OutcomeCount;
import io.sommelier.api.admin.TargetView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What an operator sees of a controller. Thread-safe. */
final class AdminView implements ControllerAdmin {
    private final Controller controller;
    private final Registry registry;

    AdminView(Controller controller, Registry registry) {
        this.controller = controller;
        this.registry = registry;
    }

    @Override
    public String controllerId() {
        return controller.controllerId();
    }

    @Override
    public List<OutcomeCount> outcomes() {
        List<OutcomeCount> counts = new ArrayList<>();
        for (TargetEntry target : registry.targets()) {
            for (OperationEntry row : target.rows()) {
                addRow(counts, target.targetId(), row);
            }
        }
        addRow(counts, OperationEntry.OTHERS, registry.unknownTargets());
        counts.sort(Comparator.comparing(OutcomeCount::targetId)
                .thenComparing(OutcomeCount::operation)
                .thenComparing(OutcomeCount::end));
        return List.copyOf(counts);
    }

    private static void addRow(List<OutcomeCount> counts, String targetId, OperationEntry row) {
        add(counts, targetId, row.operation(), "COMPLETED", row.ended(0));
        for (Outcome outcome : Outcome.values()) {
            add(counts, targetId, row.operation(), outcome.name(), row.ended(outcome.number()));
        }
    }

    private static void add(List<OutcomeCount> counts, String targetId, String operation, String end, long count) {
        if (count > 0) {
            counts.add(new OutcomeCount(targetId, operation, end, count));
        }
    }

    @Override
    public List<TargetView> targets() {
        List<TargetView> views = new ArrayList<>();
        for (TargetEntry target : registry.targets()) {
            List<TargetView.MemberView> members = new ArrayList<>();
            for (Session member : target.members()) {
                members.add(new TargetView.MemberView(
                        member.instance(),
                        member.channel().transport(),
                        member.channel().remoteAddress(),
                        member.operations().stream().sorted().toList(),
                        member.inFlight(),
                        member.capacity(),
                        member.isAvailable()));
            }
            views.add(new TargetView(target.targetId(), members));
        }
        views.sort(Comparator.comparing(TargetView::targetId));
        return List.copyOf(views);
    }

    @Override
    public long inFlight() {
        return controller.table().size();
    }

    @Override
    public long bytesHeld() {
        return controller.budget().heldBytes();
    }
}
