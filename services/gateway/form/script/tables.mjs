// Rows of an answer table: + adds one, - removes one, Undo puts it back, without a journey to the server.
function number(table) {
  table.querySelectorAll("tr[data-row]").forEach((row, index) => {
    row.querySelectorAll('[data-portal="row-number"]').forEach((mark) => {
      mark.textContent = index + 1;
    });
  });
}

function addRow(table, id = crypto.randomUUID()) {
  const template = table.querySelector('[data-portal="row-template"]');
  const holder = document.createElement("tbody");
  holder.innerHTML = template.innerHTML.replaceAll("ROW-ID", id);
  const row = holder.firstElementChild;
  table.querySelector("tbody").append(row);
  number(table);
  return row;
}

function hidden(name, value) {
  const input = document.createElement("input");
  Object.assign(input, { type: "hidden", name, value });
  return input;
}

function removeRow(table, row) {
  table.append(hidden(table.dataset.removedName, row.dataset.row));
  row.remove();
  number(table);
}

function putBack(table, row, before) {
  for (const input of table.querySelectorAll(`input[name="${CSS.escape(table.dataset.removedName)}"]`)) {
    if (input.value === row.dataset.row) {
      input.remove();
    }
  }
  table.querySelector("tbody").insertBefore(row, before?.isConnected ? before : null);
  number(table);
}

// Stays until the page is left: somebody may notice late that it was the wrong row.
function offerUndo(table, row, before, undone) {
  const [line, button] = [document.createElement("p"), document.createElement("button")];
  line.className = "govuk-body portal-removed";
  line.append(`Row ${row.querySelector('[data-portal="row-number"]').textContent} removed. `, button);
  Object.assign(button, { type: "button", className: "portal-link-button", textContent: "Undo" });
  button.addEventListener("click", () => {
    line.remove();
    putBack(table, row, before);
    row.querySelector("input:not([type=hidden]), textarea, select")?.focus();
    undone();
  });
  table.querySelector('[data-portal="removed-rows"]').append(line);
}

function startTable(form, table) {
  const status = table.querySelector('[data-portal="table-status"]');
  const changed = () => form.dispatchEvent(new Event("portal:changed"));
  table.addEventListener("click", (event) => {
    const add = event.target.closest('[data-portal="add-row"]');
    const remove = event.target.closest('[data-portal="remove-row"]');
    if (!add && !remove) {
      return;
    }
    event.preventDefault();
    if (add) {
      const row = addRow(table);
      row.dispatchEvent(new CustomEvent("portal:row-added", { bubbles: true }));
      row.querySelector("input:not([type=hidden]), textarea, select")?.focus();
      status.textContent = "Row added";
    } else {
      const row = remove.closest("tr");
      offerUndo(table, row, row.nextElementSibling, () => {
        status.textContent = "Row put back";
        changed();
      });
      removeRow(table, row);
      table.querySelector('[data-portal="add-row"]').focus();
      status.textContent = "Row removed";
    }
    changed();
  });
  const find = ({ table: key, row: id }) => key === table.dataset.table && [...table.querySelectorAll("tr[data-row]")].find((row) => row.dataset.row === id);
  form.addEventListener("portal:want-row", ({ detail }) => {
    if (find(detail) === undefined) {
      addRow(table, detail.row);
    }
  });
  form.addEventListener("portal:unwant-row", ({ detail }) => {
    const row = find(detail);
    if (row) {
      removeRow(table, row);
    }
  });
}

export function startTables(form) {
  for (const table of form.querySelectorAll('[data-portal="table"]')) {
    startTable(form, table);
  }
}
