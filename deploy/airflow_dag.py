"""All documents of a service list each night by Airflow, in parts, and then joined. docs/scale.md says what to change.

Put it into the folder of DAGs. The workers need consentkit, and the same folders.
"""

from __future__ import annotations

import datetime

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

CLINIC, OUT, PARTS = "/shared/clinic", "/shared/out", range(1, 9)
SHARD = f'"$PART/{len(PARTS)}"'
FOLDERS = " ".join(f"{OUT}/{part}" for part in PARTS)

with DAG(
    "consentkit_batch",
    schedule="0 2 * * *",
    start_date=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
    catchup=False,
    max_active_runs=1,  # two runs never share a folder
) as dag:
    make = BashOperator.partial(
        task_id="make",
        bash_command=f'consentkit batch {CLINIC}/services.yaml --clinic {CLINIC} -o "{OUT}/$PART" --shard {SHARD}',
        append_env=True,
        retries=2,
    ).expand(env=[{"PART": str(part)} for part in PARTS])
    join = BashOperator(
        task_id="join",
        bash_command=f"consentkit batch --merge-manifests {FOLDERS} -o {OUT}/all",
    )
    make >> join
