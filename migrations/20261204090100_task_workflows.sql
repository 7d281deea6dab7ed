-- oldest binary: 20261201090000

-- +goose Up
create table task_workflows (
    task_id    uuid primary key references tasks on delete cascade,
    case_id    uuid not null references cases on delete cascade,
    workflow   text not null,
    pin        text not null,
    state      json,
    view       json,
    typed      json,
    typed_by   text not null default '',
    files      json not null default '{}',
    version    integer not null,
    status     text not null default '',
    returned   text not null default '',
    wake_at    timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create index task_workflows_by_case on task_workflows (case_id);
create index task_workflows_to_wake on task_workflows (wake_at, task_id) where wake_at is not null;
comment on table task_workflows is 'Where tasks stand that go through the workflow of a plugin. A row begins when the workflow does, and goes with its task. Its documents are json, not jsonb: a state is kept byte for byte.';
comment on column task_workflows.task_id is 'personal: none';
comment on column task_workflows.case_id is 'personal: none';
comment on column task_workflows.workflow is 'personal: none; the plugin and its entry that it began with';
comment on column task_workflows.pin is 'personal: none; the version of the plugin that made the state';
comment on column task_workflows.state is 'personal: person';
comment on column task_workflows.view is 'personal: person; what the last step showed';
comment on column task_workflows.typed is 'personal: person; what was sent and not yet taken';
comment on column task_workflows.typed_by is 'personal: staff; who typed it';
comment on column task_workflows.files is 'personal: person; names of files of the case that were sent with the task, by question';
comment on column task_workflows.version is 'personal: none; counts whatever changes the row';
comment on column task_workflows.status is 'personal: person; where it stands, in the words of the workflow';
comment on column task_workflows.returned is 'personal: person; why it was taken up again, until the workflow has heard it';
comment on column task_workflows.wake_at is 'personal: none; when the workflow wants to be woken';
comment on column task_workflows.created_at is 'personal: none';
comment on column task_workflows.updated_at is 'personal: none';

create table task_words (
    case_id uuid not null references cases on delete cascade,
    version bigint not null,
    task_id uuid not null references tasks on delete cascade,
    body    text not null,
    primary key (case_id, version)
);
create index task_words_by_task on task_words (task_id);
comment on table task_words is 'What was said about a task: questions to the case manager and their answers, requests, reasons. Who said it, and when, is the event of that version in the history of the case.';
comment on column task_words.case_id is 'personal: none';
comment on column task_words.version is 'personal: none';
comment on column task_words.task_id is 'personal: none';
comment on column task_words.body is 'personal: person';

-- What somebody has done, newest first.
create index tasks_done_by_assignee on tasks (assignee_id, ended_at desc) where state <> 'open' and assignee_id is not null;
create index tasks_done_by_ender on tasks (ended_by, ended_at desc) where ended_by <> '';

-- +goose Down
drop index tasks_done_by_ender;
drop index tasks_done_by_assignee;
drop table task_words;
drop table task_workflows;
