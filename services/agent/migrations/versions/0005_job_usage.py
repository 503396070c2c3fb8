"""What the model was used for by background jobs, beside what turns used."""

from alembic import op

from services.common.plumbing import service_grants, tenant_isolation

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE agent.job_usage (
            job_usage_id UUID PRIMARY KEY,
            tenant_id TEXT NOT NULL,
            conversation_id UUID NOT NULL,
            kind TEXT NOT NULL,
            model TEXT NOT NULL,
            input_tokens BIGINT NOT NULL,
            output_tokens BIGINT NOT NULL,
            cache_creation_input_tokens BIGINT NOT NULL,
            cache_read_input_tokens BIGINT NOT NULL,
            cost_micro_usd BIGINT NOT NULL,
            create_time TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL
        )
    """)
    op.execute("CREATE INDEX job_usage_by_time ON agent.job_usage (tenant_id, create_time)")
    for ddl in (*tenant_isolation("agent", "job_usage"), *service_grants("agent")):
        op.execute(ddl)


def downgrade() -> None:
    op.execute("DROP TABLE agent.job_usage")
